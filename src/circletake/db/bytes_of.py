"""A column's own bytes, whatever its type: what is damaged may not be text any more."""

from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class bytes_of(FunctionElement[bytes]):  # noqa: N801 - reads as the SQL function it stands for
    """The bytes of a column of text or bytes: `bytes_of(entry.c.at)`."""

    inherit_cache = True
    type = LargeBinary()


@compiles(bytes_of)
def _cast(element: bytes_of, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own signature
    return f"CAST({compiler.process(element.clauses, **how)} AS BLOB)"


@compiles(bytes_of, "postgresql")
def _converted(element: bytes_of, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own signature
    (column,) = element.clauses
    written = compiler.process(column, **how)
    # a cast of text to bytea would read backslashes as escapes
    return written if isinstance(column.type, LargeBinary) else f"convert_to({written}, 'UTF8')"
