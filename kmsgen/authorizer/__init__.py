"""Request and bundle to decision. Pure: no clock, no file, no network."""

from kmsgen.authorizer.decision import Decision, ElementMatch, Outcome, StatementTrace
from kmsgen.authorizer.evaluate import Authorizer, authorize
from kmsgen.authorizer.request import Request
from kmsgen.authorizer.settle import Facts, settle

__all__ = ["Authorizer", "Decision", "ElementMatch", "Facts", "Outcome", "Request", "StatementTrace", "authorize", "settle"]
