"""Calls: the AWS actions that steps may ask for, each reviewed before any role is allowed it.

None of these needs a resource to be named, so a policy can only allow it on `*`: the page says
so. An action on resources of an account's own is not here, since nothing tells on which.
"""

from collections.abc import Mapping

_REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference"
_REKOGNITION = f"{_REFERENCE}/list_amazonrekognition.html"
_TEXTRACT = f"{_REFERENCE}/list_amazontextract.html"

REVIEWED: Mapping[str, str] = {
    "rekognition:DetectFaces": _REKOGNITION,
    "rekognition:DetectLabels": _REKOGNITION,
    # Its only resource, an adapter of one's own, is optional, and no step names one.
    "rekognition:DetectModerationLabels": _REKOGNITION,
    "rekognition:DetectProtectiveEquipment": _REKOGNITION,
    "rekognition:DetectText": _REKOGNITION,
    "rekognition:RecognizeCelebrities": _REKOGNITION,
    "textract:DetectDocumentText": _TEXTRACT,
}
"""By action, the page of AWS's that lists its resources."""
