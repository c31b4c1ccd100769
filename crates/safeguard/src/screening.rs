//! The whole course: required fields, every text, every attachment, the registry.

use crate::attachment::{self, Attachment, Passage};
use crate::canonical::{Canonical, is_personal};
use crate::finding::{Check, Consequence, Finding, Form, FoundSelector, Location, Place, excerpt};
use crate::lexicon::{BREADTH, CONTENT_DATA, INSTITUTIONS, Lexicon, PERSONS, RED_LIST};
use crate::reading::{Hit, Reading, read};
use crate::{NoRegistry, Registry, RegistryAnswer, encoded, host, required};
use records::vocabulary::SelectorKind;
use records::{Answer, Request};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Range;

/// The version of the rules, journalled with every screening. It changes with every change of a
/// rule or a word list; the canonical form has its own version.
pub const VERSION: u32 = 1;

/// Most findings kept of each consequence. Weak findings can therefore never crowd out strong
/// ones.
pub const MAX_FINDINGS: usize = 1_000;

/// Most selectors kept. Those beyond are still compared with the declared ones and sent to the
/// registry.
pub const MAX_FOUND: usize = 10_000;

/// What screening found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screening {
    /// The facts, strongest consequence first.
    pub findings: Vec<Finding>,
    /// Every selector, declared or not.
    pub selectors: Vec<FoundSelector>,
    /// What the registry acknowledged.
    pub registry: RegistryAnswer,
    /// [`VERSION`] of the rules used.
    pub version: u32,
}

impl Screening {
    /// Whether people have to look before anything else happens.
    #[must_use]
    pub fn requires_review(&self) -> bool {
        self.has(Consequence::HoldForReview)
    }

    /// Whether the sender has to complete or narrow the request first.
    #[must_use]
    pub fn requires_completion(&self) -> bool {
        self.has(Consequence::ReturnIncomplete)
    }

    /// Whether it cannot go on by itself: people or the sender are needed. The reverse is no
    /// release: every release is a decision of people.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.requires_review() || self.requires_completion()
    }

    /// Whether a person's selector occurs while no guardian is appointed. Then every such request
    /// goes to people; routing it there is up to policy.
    #[must_use]
    pub fn names_person_without_guardian(&self) -> bool {
        self.registry == RegistryAnswer::NoGuardianAppointed
            && self.selectors.iter().any(|s| s.personal)
    }

    fn has(&self, consequence: Consequence) -> bool {
        self.findings.iter().any(|f| f.consequence == consequence)
    }
}

/// Screens a request with its attachments. The same for requests of both directions.
#[must_use]
pub fn screen(
    request: &Request,
    attachments: &[Attachment<'_>],
    registry: &dyn Registry,
) -> Screening {
    let mut desk = Desk::new(request);
    for finding in required::check(request) {
        desk.add(finding);
    }
    let context: [&Lexicon; 2] = [&PERSONS, &INSTITUTIONS];
    let offence: [&Lexicon; 3] = [&PERSONS, &INSTITUTIONS, &RED_LIST];
    let asked: [&Lexicon; 5] = [&PERSONS, &INSTITUTIONS, &RED_LIST, &BREADTH, &CONTENT_DATA];
    let mut item = 0;
    for (name, text) in request.texts() {
        let (field, setting, lists): (_, _, &[&Lexicon]) = match name {
            "items" => {
                item += 1;
                (format!("items/{}", item - 1), Setting::Request, &asked)
            }
            "legal_basis" => (name.to_owned(), Setting::Citation, &offence),
            "subject" | "facts" | "offence" | "purpose" => {
                (name.to_owned(), Setting::Request, &offence)
            }
            _ => (name.to_owned(), Setting::Request, &context),
        };
        desk.field(&field, text, setting, lists);
    }
    let who = &request.requester;
    desk.field("requester/authority", &who.authority, Setting::Request, &[]);
    desk.field("requester/unit", &who.unit, Setting::Request, &[]);
    let contact = &who.verification_contact;
    desk.field(
        "requester/verification_contact",
        contact,
        Setting::Contact,
        &[],
    );
    desk.field("language", &request.language, Setting::Request, &[]);
    if let Some(mark) = &request.marking.originator {
        desk.field("marking/originator", mark, Setting::Request, &[]);
    }
    for (position, declared) in request.selectors.iter().enumerate() {
        let value = format!("selectors/{position}/value");
        desk.field(&value, &declared.value, Setting::Request, &[]);
        if let Some(link) = &declared.link {
            let field = format!("selectors/{position}/link");
            desk.field(&field, link, Setting::Request, &context);
        }
    }
    for attachment in attachments {
        desk.attachment(attachment, Setting::Request, &context);
    }
    desk.finish(registry)
}

/// Screens an answer before it leaves: it must not hand over a person whom the request did not
/// name. Technical selectors are what answers consist of and only inform.
///
/// The registry is asked as for a request: an answer can name people that no request named.
#[must_use]
pub fn screen_answer(
    answer: &Answer,
    attachments: &[Attachment<'_>],
    request: &Request,
    registry: &dyn Registry,
) -> Screening {
    let mut desk = Desk::new(request);
    let context: [&Lexicon; 2] = [&PERSONS, &INSTITUTIONS];
    for (position, item) in answer.items.iter().enumerate() {
        desk.field(
            &format!("items/{position}/text"),
            &item.text,
            Setting::Answer,
            &context,
        );
    }
    desk.field("legal_basis", &answer.legal_basis, Setting::Answer, &[]);
    desk.field("language", &answer.language, Setting::Answer, &[]);
    if let Some(conditions) = &answer.conditions {
        desk.field(
            "conditions/purpose",
            &conditions.purpose,
            Setting::Answer,
            &context,
        );
    }
    if let Some(mark) = &answer.marking.originator {
        desk.field("marking/originator", mark, Setting::Answer, &[]);
    }
    for attachment in attachments {
        desk.attachment(attachment, Setting::Answer, &context);
    }
    desk.finish(registry)
}

/// Screens a few words to the counterpart about a request, such as why it is withdrawn: whatever
/// leaves the house passes the gate.
#[must_use]
pub fn screen_words(field: &str, words: &str, request: &Request) -> Screening {
    let mut desk = Desk::new(request);
    desk.field(field, words, Setting::Request, &[&PERSONS, &INSTITUTIONS]);
    desk.finish(&NoRegistry)
}

/// What kind of place a text stands in; decides what an undeclared selector there means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    /// A text of a request: everything named in it belongs into the list of selectors.
    Request,
    /// A citation of law, where a link to the text is usual.
    Citation,
    /// The sender's own contact, which is there to be dialled.
    Contact,
    /// The name of a file.
    FileName,
    /// A STIX object made for indicators.
    Indicators,
    /// An answer.
    Answer,
}

impl Setting {
    const fn undeclared(self, personal: bool) -> Consequence {
        match (self, personal) {
            (Self::Contact, _) => Consequence::Inform,
            (_, true) => Consequence::HoldForReview,
            (Self::Request, false) => Consequence::ReturnIncomplete,
            (_, false) => Consequence::Inform,
        }
    }
}

/// Where findings pile up.
struct Desk {
    declared: BTreeSet<Canonical>,
    strong: Pile,
    incomplete: Pile,
    inform: Pile,
    selectors: Vec<FoundSelector>,
    asked: BTreeSet<Canonical>,
}

/// Findings of one consequence, up to [`MAX_FINDINGS`].
#[derive(Default)]
struct Pile {
    findings: Vec<Finding>,
    dropped: Option<Location>,
}

impl Desk {
    fn new(request: &Request) -> Self {
        let values = request.selectors.iter();
        let declared = values.flat_map(|d| {
            let every = read(&d.value, None).hits.into_iter().map(|h| h.canonical);
            every.chain(crate::canonicalise(d.kind, &d.value))
        });
        Self {
            declared: declared.collect(),
            strong: Pile::default(),
            incomplete: Pile::default(),
            inform: Pile::default(),
            selectors: Vec::new(),
            asked: BTreeSet::new(),
        }
    }

    fn field(&mut self, name: &str, text: &str, setting: Setting, lists: &[&Lexicon]) {
        let place = Place::Field {
            name: name.to_owned(),
        };
        self.text(&place, text, read(text, None), setting, lists);
    }

    fn attachment(&mut self, file: &Attachment<'_>, setting: Setting, lists: &[&Lexicon]) {
        let place = Place::AttachmentName {
            name: file.name.to_owned(),
        };
        self.text(
            &place,
            file.name,
            read(file.name, None),
            Setting::FileName,
            lists,
        );
        let findings = attachment::walk(file, &mut |passage: Passage<'_>| {
            let setting = match setting {
                Setting::Request if passage.technical => Setting::Indicators,
                other => other,
            };
            self.passage(&passage, setting, lists);
        });
        for finding in findings {
            self.add(finding);
        }
    }

    fn passage(&mut self, passage: &Passage<'_>, setting: Setting, lists: &[&Lexicon]) {
        let text = passage.text.as_ref();
        let mut reading = read(text, passage.label);
        for (span, value) in &passage.accounts {
            let known = |h: &Hit| h.span == *span && is_personal(h.canonical.kind);
            if !reading.hits.iter().any(known) {
                reading.hits.push(Hit {
                    canonical: Canonical {
                        kind: SelectorKind::Handle,
                        value: value.clone(),
                    },
                    span: span.clone(),
                    form: Form::Plain,
                });
            }
        }
        if let Some(plain) = encoded::unwrapped(text) {
            let inner = read(&plain, None).hits.into_iter();
            reading.hits.extend(inner.map(|hit| Hit {
                span: 0..text.len(),
                form: Form::Encoded,
                ..hit
            }));
        } else if passage.payload && encoded::is_opaque(text) {
            reading.obfuscated.push(0..text.len());
        }
        self.text(&passage.place, text, reading, setting, lists);
    }

    /// Turns the reading of one text into findings.
    fn text(
        &mut self,
        place: &Place,
        text: &str,
        reading: Reading,
        setting: Setting,
        lists: &[&Lexicon],
    ) {
        let at = |span: &Range<usize>| Location {
            place: place.clone(),
            span: (span.start, span.end),
        };
        let written = |span: &Range<usize>| excerpt(text.get(span.clone()).unwrap_or_default());
        let mut obfuscated: BTreeSet<(usize, usize)> = reading
            .obfuscated
            .iter()
            .map(|s| (s.start, s.end))
            .collect();
        for hit in reading.hits {
            if hit.form.is_obfuscated() {
                obfuscated.insert((hit.span.start, hit.span.end));
            }
            self.selector(hit, at, written, setting);
        }
        for list in lists {
            for (start, end) in list.find(&reading.layers) {
                self.add(Finding {
                    check: list.check,
                    location: at(&(start..end)),
                    evidence: written(&(start..end)),
                    canonical: None,
                    consequence: list.consequence,
                });
            }
        }
        for (start, end) in obfuscated {
            self.add(Finding {
                check: Check::Obfuscation,
                location: at(&(start..end)),
                evidence: written(&(start..end)),
                canonical: None,
                consequence: Consequence::HoldForReview,
            });
        }
    }

    fn selector(
        &mut self,
        hit: Hit,
        at: impl Fn(&Range<usize>) -> Location,
        written: impl Fn(&Range<usize>) -> String,
        setting: Setting,
    ) {
        let kind = hit.canonical.kind;
        let personal = is_personal(kind);
        let declared = self.declared.contains(&hit.canonical)
            || self.declared.iter().any(|d| d.covers(&hit.canonical));
        let finding = |check, consequence| Finding {
            check,
            location: at(&hit.span),
            evidence: written(&hit.span),
            canonical: Some(hit.canonical.value.clone()),
            consequence,
        };
        let wide = kind == SelectorKind::Ip
            && hit
                .canonical
                .value
                .parse::<host::Network>()
                .is_ok_and(|n| n.is_too_broad());
        let broad = wide.then(|| finding(Check::TooBroad, setting.undeclared(false)));
        let undeclared =
            (!declared).then(|| finding(Check::UndeclaredSelector, setting.undeclared(personal)));
        for finding in broad.into_iter().chain(undeclared) {
            self.add(finding);
        }
        if self.selectors.len() < MAX_FOUND {
            self.selectors.push(FoundSelector {
                kind,
                canonical: hit.canonical.value.clone(),
                as_written: written(&hit.span),
                location: at(&hit.span),
                form: hit.form,
                declared,
                personal,
            });
        } else if self.inform.dropped.is_none() {
            self.inform.dropped = Some(at(&hit.span));
        }
        self.asked.extend(hit.canonical.variants());
        self.asked.insert(hit.canonical);
    }

    fn add(&mut self, finding: Finding) {
        let pile = match finding.consequence {
            Consequence::HoldForReview => &mut self.strong,
            Consequence::ReturnIncomplete => &mut self.incomplete,
            Consequence::Inform => &mut self.inform,
        };
        if pile.findings.len() < MAX_FINDINGS {
            pile.findings.push(finding);
        } else if pile.dropped.is_none() {
            pile.dropped = Some(finding.location);
        }
    }

    fn finish(self, registry: &dyn Registry) -> Screening {
        let asked: Vec<Canonical> = self
            .asked
            .into_iter()
            .chain(self.declared)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut findings = Vec::new();
        for (pile, consequence) in [
            (self.strong, Consequence::HoldForReview),
            (self.incomplete, Consequence::ReturnIncomplete),
            (self.inform, Consequence::Inform),
        ] {
            findings.extend(pile.findings);
            findings.extend(pile.dropped.map(|location| Finding {
                check: Check::MoreFindings,
                location,
                evidence: String::new(),
                canonical: None,
                consequence,
            }));
        }
        Screening {
            findings,
            selectors: self.selectors,
            registry: registry.ask(&asked),
            version: VERSION,
        }
    }
}
