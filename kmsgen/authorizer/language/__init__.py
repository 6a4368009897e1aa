"""The policy language: Principal, Action, Resource and Condition compiled to tests; nothing here knows a request."""
