//! What screening reports: facts with their place and evidence. No prose: labels come from the
//! locale catalogues by [`Check::code`] and [`Consequence::code`].

use records::vocabulary::SelectorKind;
use serde::{Deserialize, Serialize};

/// Longest evidence that is copied into a finding, in characters.
pub const MAX_EVIDENCE: usize = 200;

/// Which rule found something. The codes are stable: they are journalled and looked up in the
/// locale catalogues. M-numbers are those of the screening checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// M2: a required field is empty or too short to be judged.
    RequiredField,
    /// M2: a selector that can mean a person is declared without its link to the purpose.
    MissingLink,
    /// M2: the declaration that no political, religious or ethnic purpose is pursued is missing.
    PersecutionDeclarationMissing,
    /// M3: the topic is none of those agreed for the contact point.
    TopicOutsideMandate,
    /// M4: a word of the red list: speech, association, religion, subversion, separatism,
    /// rumours, insult, extremism, state secrets.
    SpeechOffence,
    /// M6: a selector that the request does not declare.
    UndeclaredSelector,
    /// M6: a declared selector that cannot be read as the kind it is declared as.
    UnreadableSelector,
    /// M7: too many people or addresses at once.
    TooBroad,
    /// M8: content of communications or location data, which needs mutual legal assistance.
    ContentOrLocation,
    /// M9: letters of mixed scripts, invisible characters, spaced-out or encoded text.
    Obfuscation,
    /// M11: a protected profession or group is named.
    ProtectedContext,
    /// An attachment, or a part of it, that this crate cannot read.
    UnscreenableAttachment,
    /// A JSON attachment that is not well-formed; it was screened as plain text.
    MalformedAttachment,
    /// There are more findings or selectors than are listed.
    MoreFindings,
}

impl Check {
    /// Every check, in the order of the checklist.
    pub const ALL: &'static [Self] = &[
        Self::RequiredField,
        Self::MissingLink,
        Self::PersecutionDeclarationMissing,
        Self::TopicOutsideMandate,
        Self::SpeechOffence,
        Self::UndeclaredSelector,
        Self::UnreadableSelector,
        Self::TooBroad,
        Self::ContentOrLocation,
        Self::Obfuscation,
        Self::ProtectedContext,
        Self::UnscreenableAttachment,
        Self::MalformedAttachment,
        Self::MoreFindings,
    ];

    /// The stable code, the same as in serialised findings.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RequiredField => "required-field",
            Self::MissingLink => "missing-link",
            Self::PersecutionDeclarationMissing => "persecution-declaration-missing",
            Self::TopicOutsideMandate => "topic-outside-mandate",
            Self::SpeechOffence => "speech-offence",
            Self::UndeclaredSelector => "undeclared-selector",
            Self::UnreadableSelector => "unreadable-selector",
            Self::TooBroad => "too-broad",
            Self::ContentOrLocation => "content-or-location",
            Self::Obfuscation => "obfuscation",
            Self::ProtectedContext => "protected-context",
            Self::UnscreenableAttachment => "unscreenable-attachment",
            Self::MalformedAttachment => "malformed-attachment",
            Self::MoreFindings => "more-findings",
        }
    }
}

/// What a finding asks for, from strong to weak. None of them releases or refuses anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// People have to look at it before anything else happens.
    HoldForReview,
    /// The sender has to complete or narrow the request (external reason X1).
    ReturnIncomplete,
    /// For the reviewer's information.
    Inform,
}

impl Consequence {
    /// Every consequence, from strong to weak.
    pub const ALL: &'static [Self] = &[Self::HoldForReview, Self::ReturnIncomplete, Self::Inform];

    /// The stable code, the same as in serialised findings.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::HoldForReview => "hold-for-review",
            Self::ReturnIncomplete => "return-incomplete",
            Self::Inform => "inform",
        }
    }
}

/// Where in a request or answer something was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "kebab-case")]
pub enum Place {
    /// A field, named as in the record; members and positions follow after a slash, counted from
    /// 0: `facts`, `requester/unit`, `items/2`, `selectors/0/link`.
    Field {
        /// The name.
        name: String,
    },
    /// The name of an attachment.
    AttachmentName {
        /// The name.
        name: String,
    },
    /// The content of an attachment.
    Attachment {
        /// The attachment's name.
        name: String,
        /// In JSON the pointer (RFC 6901) to the string; absent in plain text. A pointer to an
        /// object member also stands for the member's name where `span` lies in the name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// Which text of that place was read.
        #[serde(default)]
        part: Part,
    },
}

/// Which text of a place was read.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The text itself; of a JSON string its value after JSON unescaping.
    #[default]
    Text,
    /// The name of the object member that the pointer ends in.
    MemberName,
}

/// A place and the exact bytes in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The field or attachment.
    #[serde(flatten)]
    pub place: Place,
    /// First byte and byte after the last, in the original text of that place. Always on
    /// character boundaries. For encoded text (Base64, hexadecimal) it covers the whole encoded
    /// part. `(0, 0)` where the finding concerns the place as a whole.
    pub span: (usize, usize),
}

impl Location {
    /// A place as a whole.
    #[must_use]
    pub const fn whole(place: Place) -> Self {
        Self {
            place,
            span: (0, 0),
        }
    }

    /// A field as a whole.
    #[must_use]
    pub fn field(name: impl Into<String>) -> Self {
        Self::whole(Place::Field { name: name.into() })
    }
}

/// One fact that the gate has to deal with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub check: Check,
    /// Where.
    #[serde(flatten)]
    pub location: Location,
    /// The words as written, at most [`MAX_EVIDENCE`] characters; empty where something is
    /// missing.
    pub evidence: String,
    /// The canonical selector, where one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
    /// What it asks for.
    pub consequence: Consequence,
}

/// How a selector was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// As usual.
    Plain,
    /// Made unclickable, which is good practice among analysts: `hxxp`, `[.]`, `(at)`.
    Defanged,
    /// In compatibility characters, as Chinese input methods write them: `ｊａｎａ＠`, `example。org`.
    FullWidth,
    /// With blanks between its characters.
    Spaced,
    /// With letters of another script that look the same.
    Homoglyph,
    /// With invisible characters inside.
    Hidden,
    /// Inside Base64 or hexadecimal text.
    Encoded,
}

impl Form {
    /// Whether the form itself is a reason to look: habits of analysts and of input methods are
    /// not, tricks are.
    #[must_use]
    pub const fn is_obfuscated(self) -> bool {
        matches!(
            self,
            Self::Spaced | Self::Homoglyph | Self::Hidden | Self::Encoded
        )
    }
}

/// A selector found anywhere in the request, its attachments or the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundSelector {
    /// What it is.
    pub kind: SelectorKind,
    /// Its canonical form, version [`crate::canonical::VERSION`].
    pub canonical: String,
    /// As written, at most [`MAX_EVIDENCE`] characters.
    pub as_written: String,
    /// Where.
    #[serde(flatten)]
    pub location: Location,
    /// How it was written.
    pub form: Form,
    /// Whether the request openly names it in its list of selectors.
    pub declared: bool,
    /// Whether it can mean a person; see [`crate::canonical::is_personal`].
    pub personal: bool,
}

/// The beginning of a text, short enough for evidence.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(MAX_EVIDENCE).collect()
}
