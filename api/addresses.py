"""Where a request comes from, seen through as many proxies as the operator says stand in front of us."""

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.requests import Request

ONE_SITE: Final = 64  # bits of an IPv6 address that are one customer's; the rest they choose freely
UNKNOWN: Final = "unknown"


def address_of(request: Request, trusted_proxies: int) -> str:
    """The caller's address; an IPv6 one as its network.

    Each proxy appends whom it was asked by to X-Forwarded-For. So of n trusted ones the last n entries are
    true, counting the connection itself, and the one before them is whom the first of ours was asked by;
    what stands further left anybody may have written.
    """
    told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    hops = [hop.strip() for hop in told if hop.strip()] if trusted_proxies else []
    hops.append(request.client.host if request.client else UNKNOWN)
    return _site(hops[-min(trusted_proxies + 1, len(hops))])


def _site(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), ONE_SITE), strict=False))
