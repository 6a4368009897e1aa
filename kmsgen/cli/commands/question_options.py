"""What is to be proved, and how long a proof may take: the options of `prove`, those of `diff` among them."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kmsgen.cli.jobs.inputs.questions import AskedQuestions
    from kmsgen.cli.jobs.proving import Bounds
    from kmsgen.prover.problem import Budget

NeverOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="'PRINCIPAL ACTION[,ACTION]'",
        help="This must be impossible: an ARN, a pattern, a service, organization/o-ID, or *.",
    ),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(metavar="'PRINCIPAL[,PRINCIPAL] ACTION[,ACTION]'", help="Nobody but these may do this. Can be repeated."),
]
Excepted = Annotated[
    list[str] | None,
    typer.Option(
        "--except",
        metavar="PRINCIPAL",
        help="A principal or an account that --no-cross-account allows, or that --no-escalation takes as an administrator.",
    ),
]
NoPublic = Annotated[bool, typer.Option("--no-public", help="No access for strangers or anonymous callers.")]
NoCrossAccount = Annotated[bool, typer.Option("--no-cross-account", help="No access for other accounts, but for --except.")]
NoEscalation = Annotated[bool, typer.Option("--no-escalation", help="Nobody can give itself more than it has, but for --except.")]
NoLockout = Annotated[bool, typer.Option("--no-lockout", help="Somebody can still change the key policy.")]
DescribedOnly = Annotated[
    bool, typer.Option("--described-only", help="No principals exist but those that the files describe, and AWS services.")
]
Seconds = Annotated[float, typer.Option("--seconds", min=0.1, help="Give up on a question after so long: then it is unknown.")]
SecondOpinion = Annotated[
    bool, typer.Option("--second-opinion", help="Ask a solver too: what it does not find by itself is unknown.")
]


def budget(*, seconds: Seconds = 30.0, second_opinion: SecondOpinion = False) -> "Budget":
    """Return the seconds that a proof may take, and whether the SMT solver is asked for a second opinion."""
    from kmsgen.prover.problem import Budget  # noqa: PLC0415 - `--help` does not pay for it

    return Budget(seconds=seconds, second_opinion=second_opinion)


def bounds(*, described_only: DescribedOnly = False, seconds: Seconds = 30.0, second_opinion: SecondOpinion = False) -> "Bounds":
    """Return the seconds that a comparison may take, and whether there is anybody beside those described."""
    from kmsgen.cli.jobs.proving import Bounds  # noqa: PLC0415 - `--help` does not pay for it

    return Bounds(budget(seconds=seconds, second_opinion=second_opinion), described_only)


def asked(
    *,
    never: NeverOption = None,
    only: OnlyOption = None,
    excepted: Excepted = None,
    no_public: NoPublic = False,
    no_cross_account: NoCrossAccount = False,
    no_escalation: NoEscalation = False,
    no_lockout: NoLockout = False,
) -> "AskedQuestions":
    """Return the questions to prove: what must be impossible (`--never`), who alone may do what (`--only`) and so on."""
    from kmsgen.cli.jobs.inputs.questions import AskedQuestions  # noqa: PLC0415 - `--help` does not pay for it

    return AskedQuestions(
        tuple(never or ()),
        tuple(only or ()),
        tuple(excepted or ()),
        no_public=no_public,
        no_cross_account=no_cross_account,
        no_escalation=no_escalation,
        no_lockout=no_lockout,
    )
