"""A packer that proves nothing: it writes down what it was told to open, for the tests of the domain."""

import hashlib
import tempfile
from dataclasses import dataclass, field

from domain.evidence_port import Order, Packed


@dataclass
class MemoryPacker:
    """Keeps the orders."""

    orders: list[Order] = field(default_factory=list)

    def pack(self, order: Order) -> Packed:
        self.orders.append(order)
        data = str(order.package).encode()
        file = tempfile.TemporaryFile()  # whoever takes it closes it
        file.write(data)
        reach = {str(one.stream): (one.first or 1, one.last or 1) for one in order.streams}
        return Packed(file, len(data), hashlib.sha256(data).hexdigest(), 1, 1, 2, 0, reach)
