"""IP addresses and CIDR ranges as conditions write them.

Source: IAM User Guide, reference_policies_elements_condition_operators, IP address condition operators; RFC 4632, RFC 4291.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# as a text: `re` compiles a pattern when it is first used. Netmasks, host masks and zones are for Python alone.
_CIDR = r"[0-9A-Fa-f:.]+(?:/(?:0|[1-9][0-9]{0,2}))?\Z"


@lru_cache(maxsize=4096)
def parse_address(text: str) -> Address | None:
    """Read an IPv4 or IPv6 address; None for any other text."""
    try:
        return ipaddress.ip_address(text) if re.match(_CIDR, text) else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def parse_network(text: str) -> Network | None:
    """Read a CIDR range, a bare address as a range of one; None for any other text. Bits behind the prefix do not count."""
    try:
        return ipaddress.ip_network(text, strict=False) if re.match(_CIDR, text) else None
    except ValueError:
        return None
