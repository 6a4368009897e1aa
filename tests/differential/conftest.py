"""What is random here counts for no coverage."""

from tests.unmeasured import unmeasured

__all__ = ["unmeasured"]
