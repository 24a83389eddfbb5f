"""The addresses of the back office: documents are read, made, and booked."""

from dashboards.backoffice.asked import AskedBooking, AskedDocument
from dashboards.board.api.endpoints import ApiEndpoint
from dashboards.board.api.models import NothingAsked
from dashboards.board.api.office_models import (
    Answered,
    BothSides,
    DocumentAsked,
    DocumentsAsked,
    ShownDocuments,
    ShownTransits,
    TransitAsked,
)

LIST_DOCUMENTS = ApiEndpoint(
    "/api/v1/documents",
    "listDocuments",
    "Orders, deliveries, transfers, counts and adjustments, the newest first.",
    DocumentsAsked,
    ShownDocuments,
)
GET_DOCUMENT = ApiEndpoint(
    "/api/v1/documents/{document_id}",
    "getStockDocument",
    "One document, with what was done; of a transfer both sides.",
    DocumentAsked,
    BothSides,
)
MAKE_DOCUMENT = ApiEndpoint(
    "/api/v1/documents",
    "makeDocument",
    "Make a document, and book it where it tells of what has happened.",
    NothingAsked,
    Answered,
    AskedDocument,
)
BOOK_DOCUMENT = ApiEndpoint(
    "/api/v1/documents/{document_id}/bookings",
    "bookDocument",
    "Receive, send, take in, count, commit or close.",
    DocumentAsked,
    Answered,
    AskedBooking,
)
TRANSIT = ApiEndpoint(
    "/api/v1/in-transit",
    "listInTransit",
    "What has left by transfers and has not come.",
    TransitAsked,
    ShownTransits,
)

OFFICE = (LIST_DOCUMENTS, GET_DOCUMENT, MAKE_DOCUMENT, BOOK_DOCUMENT, TRANSIT)
