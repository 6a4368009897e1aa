"""The authorizer: a request and a bundle give a decision. Pure: no clock, no file, no network."""

from kmsgen.authorizer.authorizer import Authorizer, authorize
from kmsgen.authorizer.decision import Decision, ElementMatch, Outcome, StatementTrace
from kmsgen.authorizer.evaluation.outcome import Facts, settle
from kmsgen.authorizer.request import Request

__all__ = ["Authorizer", "Decision", "ElementMatch", "Facts", "Outcome", "Request", "StatementTrace", "authorize", "settle"]
