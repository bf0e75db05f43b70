"""What the desk tests its player with."""

from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Path

from circletake.web.auth import SignedIn, StudioHere
from circletake.workflows.views import SelfTestView

router = APIRouter(tags=["self_test"])

_Whole = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("/api/self-test/{num}/{den}")
def self_test(num: _Whole, den: _Whole, studio: StudioHere, session: SignedIn) -> SelfTestView:
    """A film at `num/den` frames a second in which every frame says its number; made when first asked for."""
    return studio.self_test(session, Fraction(num, den))
