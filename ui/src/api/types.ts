/** Short names for the server's records; they come from its OpenAPI, so a renamed field breaks the build. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type AccountView = Schemas["AccountView"];
export type BoardView = Schemas["BoardView"];
export type CarriedView = Schemas["CarriedView"];
export type CauseView = Schemas["CauseView"];
export type CellView = Schemas["CellView"];
export type BoxView = Schemas["BoxView"];
export type FlagCallBody = Schemas["SentFlagCall"];
export type CharacterHeadView = Schemas["CharacterHeadView"];
export type CharacterDriftView = Schemas["CharacterDriftView"];
export type CharacterView = Schemas["CharacterView"];
export type ContextPartView = Schemas["ContextPartView"];
export type ContextView = Schemas["ContextView"];
export type CutChangeView = Schemas["CutChangeView"];
export type CutDiffView = Schemas["CutDiffView"];
export type CutSideView = Schemas["CutSideView"];
export type CutSideSlotView = Schemas["CutSideSlotView"];
export type CutSlotView = Schemas["CutSlotView"];
export type CutView = Schemas["CutView"];
export type CutVersionsView = Schemas["CutVersionsView"];
export type CutVersionView = Schemas["CutVersionView"];
export type DailiesView = Schemas["DailiesView"];
export type DeliveryView = Schemas["DeliveryView"];
export type DoorView = Schemas["DoorView"];
export type DrawingBody = Schemas["SentDrawing"];
export type DrawingView = Schemas["DrawingView"];
export type EvidenceDetailView = Schemas["EvidenceDetailView"];
export type EvidenceView = Schemas["EvidenceView"];
export type FilmPartView = Schemas["FilmPartView"];
export type FilmView = Schemas["FilmView"];
export type FindingView = Schemas["FindingView"];
export type FlagView = Schemas["FlagView"];
export type GateView = Schemas["GateView"];
export type HeatmapView = Schemas["HeatmapView"];
export type InboxItemView = Schemas["InboxItemView"];
export type InvitedView = Schemas["InvitedView"];
export type JobView = Schemas["JobView"];
export type MeView = Schemas["MeView"];
export type NoticesView = Schemas["NoticesView"];
export type NoteBody = Schemas["SentNote"];
export type NoteView = Schemas["NoteView"];
export type OfferView = Schemas["OfferView"];
export type PlaylistActView = Schemas["PlaylistActView"];
export type PlaylistBody = Schemas["SentPlaylistOp"];
export type PlaylistDetailView = Schemas["PlaylistDetailView"];
export type PlaylistEntryView = Schemas["PlaylistEntryView"];
export type PlaylistView = Schemas["PlaylistView"];
export type ProductionView = Schemas["ProductionView"];
export type ReasonFamilyView = Schemas["ReasonFamilyView"];
export type ReasonView = Schemas["ReasonView"];
export type ReaffirmView = Schemas["ReaffirmView"];
export type RowView = Schemas["RowView"];
export type SavedBoardView = Schemas["SavedBoardView"];
export type SheetPictureView = Schemas["SheetPictureView"];
export type SeamEndView = Schemas["SeamEndView"];
export type SeamReadingView = Schemas["SeamReadingView"];
export type SeamsView = Schemas["SeamsView"];
export type SeamView = Schemas["SeamView"];
export type SheetView = Schemas["SheetView"];
export type ShotLineView = Schemas["ShotLineView"];
export type ShotStageView = Schemas["ShotStageView"];
export type ShotTakeView = Schemas["ShotTakeView"];
export type ShotView = Schemas["ShotView"];
export type StaleApprovalView = Schemas["StaleApprovalView"];
export type StatusLookView = Schemas["StatusLookView"];
export type TakeView = Schemas["TakeView"];
export type TaskView = Schemas["TaskView"];
export type VerdictView = Schemas["VerdictView"];
export type VerdictBody = NonNullable<
  import("./schema").paths["/api/verdicts"]["post"]["requestBody"]
>["content"]["application/json"];
export type ConfirmationBody = NonNullable<
  import("./schema").paths["/api/productions/{code}/reaffirm"]["post"]["requestBody"]
>["content"]["application/json"]["confirmations"][number];
export type BoxBody = NonNullable<import("./schema").paths["/api/boxes"]["post"]["requestBody"]>["content"]["application/json"];
export type GuestContentView = Schemas["GuestContentView"];
export type GuestDoorView = Schemas["GuestDoorView"];
export type GuestLinkBody = NonNullable<import("./schema").paths["/api/productions/{code}/guest-links"]["post"]["requestBody"]>["content"]["application/json"];
export type GuestLinkView = Schemas["GuestLinkView"];
export type GuestNoteBody = NonNullable<import("./schema").paths["/api/guest/notes"]["post"]["requestBody"]>["content"]["application/json"];
export type GuestNoteView = Schemas["GuestNoteView"];
export type GuestProxyView = Schemas["GuestProxyView"];
export type GuestView = Schemas["GuestView"];
