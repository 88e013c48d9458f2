"""The last link of every chain."""

from typing import ClassVar

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from hazards.tables import ID, Table


class ChainHeadRow(Table):
    """chain: `audit` or `ledger:site`. number, hash: of its last entry. Who appends locks it."""

    __tablename__ = "chain_heads"
    UNAUDITED: ClassVar[str] = "the last links of the chains"

    chain: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(ID)
