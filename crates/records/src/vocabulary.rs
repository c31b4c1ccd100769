//! The closed lists of codes.
//!
//! A code is what travels and what is stored; its label comes from the locale catalogues, so that
//! each side reads the same record in its own language. The lists follow the reference inquiry
//! (Bundestag paper 19/9523) and the exchange practice of Directive (EU) 2023/977.

/// A code that is not in the list it was looked up in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a {list}; known are: {known}")]
pub struct UnknownCode {
    /// The name of the vocabulary.
    pub list: &'static str,
    /// What was given.
    pub given: String,
    /// The known codes, separated by commas.
    pub known: String,
}

/// Declares a vocabulary: an enum whose variants have one stable code each.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[doc = concat!("Code `", $code, "`.")] #[serde(rename = $code)] $variant),+ }

        impl $name {
            /// Every code of the list, in its order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The stable code that travels and is stored.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vocabulary::UnknownCode;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|c| c.code() == text).ok_or_else(|| {
                    $crate::vocabulary::UnknownCode {
                        list: stringify!($name),
                        given: text.to_owned(),
                        known: Self::ALL.iter().map(|c| c.code()).collect::<Vec<_>>().join(", "),
                    }
                })
            }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// Whose side a record lies on, seen from the node that keeps it.
    Side { Own = "own", Counterpart = "counterpart", Joint = "joint", Third = "third" }
}

vocabulary! {
    /// What a request, a statement or a message is about; the first five are the fields of the
    /// contact point in Bundestag paper 19/9523, questions 19, 22, 26 and 27.
    Topic {
        Situation = "situation",
        Cybercrime = "cybercrime",
        Sabotage = "sabotage",
        TerrorismOnline = "terrorism-online",
        OtherCriminalActsOnline = "other-criminal-acts-online",
        CriticalInfrastructure = "critical-infrastructure",
        Legislation = "legislation",
        ProductSecurity = "product-security",
        DataTransfer = "data-transfer",
        EconomicEspionage = "economic-espionage",
        HumanRights = "human-rights",
        Organisation = "organisation",
    }
}

vocabulary! {
    /// How fast an answer is due. The limits are those of Directive (EU) 2023/977 Art. 5 and of
    /// the e-Evidence Regulation for emergencies; see [`Urgency::answer_within_hours`].
    Urgency {
        /// Imminent danger to life or critical infrastructure.
        Emergency = "emergency",
        /// Urgent, data directly at hand.
        UrgentAtHand = "urgent-at-hand",
        /// Urgent, data held elsewhere.
        UrgentElsewhere = "urgent-elsewhere",
        /// Any other request.
        Normal = "normal",
        /// Strategy and law, nothing presses.
        Planned = "planned",
    }
}

impl Urgency {
    /// Hours within which the counterpart is expected to answer.
    #[must_use]
    pub const fn answer_within_hours(self) -> u32 {
        match self {
            Self::Emergency | Self::UrgentAtHand => 8,
            Self::UrgentElsewhere => 3 * 24,
            Self::Normal => 7 * 24,
            Self::Planned => 30 * 24,
        }
    }
}

vocabulary! {
    /// Which way a request went, seen from the node that keeps the record.
    Direction { Incoming = "incoming", Outgoing = "outgoing" }
}

vocabulary! {
    /// What became of one item asked, or of a request as a whole.
    Outcome {
        Full = "full",
        Partial = "partial",
        /// Searched, nothing held.
        Nil = "nil",
        Refused = "refused",
        Transferred = "transferred",
        Deferred = "deferred",
    }
}

impl Outcome {
    /// Whether an answer with this outcome hands information over.
    #[must_use]
    pub const fn discloses(self) -> bool {
        matches!(self, Self::Full | Self::Partial)
    }
}

vocabulary! {
    /// Why a request, or an item of it, is refused or stays without an answer.
    Ground {
        NothingHeld = "N",
        Incomplete = "I",
        NotCompetent = "C",
        ApprovalDenied = "J",
        EssentialSecurity = "S",
        OngoingInvestigation = "V",
        OriginatorConsent = "E",
        BelowThreshold = "T",
        PressPrivilege = "P",
        PersecutionRisk = "R",
        NoAdequateProtection = "H",
        DataProtection = "D",
        OutsideMandate = "M",
        NeBisInIdem = "B",
        Disproportionate = "U",
        CompanySecrecy = "O",
        MisuseSuspected = "X",
        Late = "L",
        NoReply = "Q",
    }
}

vocabulary! {
    /// The coarse reason the counterpart may see. Fine grounds stay inside, so that a refusal
    /// never reveals that a person is on a protected list.
    ExternalReason {
        /// The request is incomplete; what is missing is said.
        Incomplete = "X1",
        /// Outside the mandate of the contact point.
        OutsideMandate = "X2",
        /// A legal ground that rests on the request's own text.
        LegalGround = "X3",
        /// No information can be given: nothing held, protected and refused look the same.
        NoInformation = "X4",
    }
}

impl Ground {
    /// What the counterpart may see of this ground.
    ///
    /// Press privilege, persecution risk and suspected misuse never show as such.
    #[must_use]
    pub const fn external(self) -> ExternalReason {
        match self {
            Self::Incomplete => ExternalReason::Incomplete,
            Self::NotCompetent | Self::OutsideMandate | Self::BelowThreshold => {
                ExternalReason::OutsideMandate
            }
            Self::ApprovalDenied
            | Self::OngoingInvestigation
            | Self::OriginatorConsent
            | Self::NeBisInIdem
            | Self::CompanySecrecy
            | Self::DataProtection
            | Self::EssentialSecurity => ExternalReason::LegalGround,
            Self::NothingHeld
            | Self::PressPrivilege
            | Self::PersecutionRisk
            | Self::NoAdequateProtection
            | Self::Disproportionate
            | Self::MisuseSuspected
            | Self::Late
            | Self::NoReply => ExternalReason::NoInformation,
        }
    }
}

vocabulary! {
    /// The kinds of selector a request may declare or hide.
    SelectorKind {
        Email = "email",
        Domain = "domain",
        Url = "url",
        Ip = "ip",
        Phone = "phone",
        Hash = "hash",
        Handle = "handle",
    }
}

vocabulary! {
    /// What a message between contact points is.
    MessageKind {
        Ping = "ping",
        PingReply = "ping-reply",
        Request = "request",
        Answer = "answer",
        Withdrawal = "withdrawal",
    }
}
