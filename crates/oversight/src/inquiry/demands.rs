//! Questions taken apart into demands, and each condition tied to the demand it depends on.

use super::cleaning::Paper;
use super::numbering::{self, Block};
use super::sub_items::{self, Division};
use super::{
    Condition, Confidence, DemandKey, Doubt, Outcome, Part, PartRole, Question, Sentence,
    SentenceKind, SourcePlace, conditions, dates, forms, hyphenation, references, sentences,
};

/// Takes all questions apart.
pub(super) fn questions(paper: &Paper, blocks: &[Block]) -> Vec<Question> {
    let mut carried = None;
    blocks
        .iter()
        .map(|block| question(paper, block, &mut carried))
        .collect()
}

/// Takes one question apart; `carried` is the last yes-or-no question of the paper so far.
fn question(paper: &Paper, block: &Block, carried: &mut Option<DemandKey>) -> Question {
    let division = sub_items::divide(paper, &block.lines);
    let text = hyphenation::join(block.lines.iter().map(|line| line.text.as_str()));
    let mut thread = Thread::new(block.number, carried.take());
    let parts = parts(block.number, &division, &mut thread);
    *carried = thread.last_polar.or(thread.carried);

    let mut doubts = block.doubts.clone();
    doubts.extend(division.doubt);
    if !numbering::ends_sentence(&text) {
        doubts.push(Doubt::NoFinalMark);
    }
    let full = || block.lines.iter().filter(|line| !line.text.is_empty());
    let first = full().next().or(block.lines.first());
    Question {
        number: block.number,
        text,
        sub_items: division.items.into_iter().map(|(label, _)| label).collect(),
        parts,
        place: SourcePlace {
            first_line: first.map_or(0, |line| line.number),
            last_line: full()
                .next_back()
                .or(block.lines.first())
                .map_or(0, |line| line.number),
            page: first.map_or(1, |line| line.page),
        },
        confidence: if doubts.is_empty() {
            Confidence::Certain
        } else {
            Confidence::Check
        },
        doubts,
    }
}

fn parts(number: u32, division: &Division<'_>, thread: &mut Thread) -> Vec<Part> {
    let stem = hyphenation::join(division.stem.iter().copied());
    // A stem without a mark of its own goes on in its sub-items.
    let open = !stem.ends_with(['?', '.', '!', ')']);
    let mut parts = vec![thread.part(number.to_string(), None, PartRole::Stem, &stem, open)];
    for (label, lines) in &division.items {
        let text = hyphenation::join(lines.iter().copied());
        parts.push(thread.part(
            format!("{number}{label}"),
            Some(label.clone()),
            PartRole::Item,
            &text,
            open,
        ));
    }
    let tail = hyphenation::join(division.tail.iter().copied());
    parts.push(thread.part(format!("{number}-tail"), None, PartRole::Tail, &tail, true));
    parts.retain(|part| !part.sentences.is_empty());
    parts
}

/// What was said so far in a question, as far as later conditions may refer to it.
struct Thread {
    /// Key of the stem's first sentence.
    stem: DemandKey,
    /// The last yes-or-no question of the questions before.
    carried: Option<DemandKey>,
    /// The last yes-or-no question of this question.
    last_polar: Option<DemandKey>,
    /// The last sentence.
    before: Option<Said>,
    /// The last "if yes" or "if no" of the part, with what it depends on.
    branch: Option<(Outcome, DemandKey)>,
    /// Branches that are taken already: "Wenn ja" to 17 was asked.
    taken: std::collections::HashSet<(DemandKey, Outcome)>,
}

/// A sentence, as a later condition sees it.
struct Said {
    key: DemandKey,
    polar: bool,
    condition: Option<Condition>,
    /// The first words behind its condition.
    opening: String,
}

impl Thread {
    fn new(number: u32, carried: Option<DemandKey>) -> Self {
        Self {
            stem: DemandKey(number.to_string()),
            carried,
            last_polar: None,
            before: None,
            branch: None,
            taken: std::collections::HashSet::new(),
        }
    }

    fn part(
        &mut self,
        key: String,
        label: Option<String>,
        role: PartRole,
        text: &str,
        open: bool,
    ) -> Part {
        self.branch = None;
        let sentences = sentences::split(text)
            .into_iter()
            .enumerate()
            .map(|(index, sentence)| {
                let own = if index == 0 {
                    key.clone()
                } else {
                    format!("{key}.{}", index + 1)
                };
                // Only the first sentence of a sub-item can go on with the stem's.
                self.sentence(
                    DemandKey(own),
                    role,
                    sentence,
                    open && (role == PartRole::Stem || index == 0),
                )
            })
            .collect();
        Part {
            key: DemandKey(key),
            label,
            role,
            sentences,
        }
    }

    fn sentence(&mut self, key: DemandKey, role: PartRole, text: &str, open: bool) -> Sentence {
        let opening = conditions::opening(text);
        let main = opening.as_ref().map_or(text, |opening| opening.main);
        let condition = match &opening {
            Some(opening) => Some(self.explicit(opening)),
            None => self.inherited(text),
        };
        let continues = open
            && match role {
                PartRole::Stem => false,
                PartRole::Item | PartRole::Tail => {
                    !sentences::opens_with_question_word(text) && !sentences::opens_with_verb(text)
                }
            };
        let kind = if condition.is_some() {
            SentenceKind::Condition
        } else if forms::is_only_request(text) {
            SentenceKind::Form
        } else if continues {
            SentenceKind::Continuation
        } else if text.ends_with('.') {
            SentenceKind::Statement
        } else {
            SentenceKind::Main
        };
        // A topic in a list is no question of its own; a clause with "dass" or "ob" is.
        let clause = text.starts_with("dass ") || text.starts_with("ob ");
        let asks = main.ends_with('?') || (open && role == PartRole::Stem);
        let polar =
            asks && (kind != SentenceKind::Continuation || clause) && sentences::is_polar(main);
        if polar {
            self.last_polar = Some(key.clone());
        }
        let opening = sentences::first_two_words(main);
        self.before = Some(Said {
            key: key.clone(),
            polar,
            condition: condition.clone(),
            opening,
        });
        Sentence {
            key,
            kind,
            condition,
            inline_conditions: conditions::inline(text),
            references: references::find(text),
            form: forms::requests(text),
            counts: forms::counts(text),
            period: forms::period(text),
            dates: dates::distinct(text),
            text: text.to_owned(),
        }
    }

    /// A condition written out, with the demand it depends on.
    fn explicit(&mut self, opening: &conditions::Opening<'_>) -> Condition {
        let on = opening.on;
        let of = match &opening.names {
            Some(named) => Some(DemandKey(named.clone())),
            None => self.antecedent(on),
        };
        if let (Some(of), Outcome::Yes | Outcome::No) = (&of, on) {
            self.taken.insert((of.clone(), on));
            self.branch = Some((on, of.clone()));
        }
        Condition {
            on,
            of,
            clause: opening.clause.to_owned(),
            inherited: false,
        }
    }

    /// A sentence that opens in parallel to the conditional one before it stands under the same condition.
    fn inherited(&self, text: &str) -> Option<Condition> {
        let before = self.before.as_ref()?;
        let condition = before.condition.clone()?;
        let parallel = sentences::opens_with_question_word(text)
            && sentences::first_two_words(text) == before.opening;
        parallel.then_some(Condition {
            inherited: true,
            ..condition
        })
    }

    /// The demand that decides whether a condition holds.
    fn antecedent(&self, on: Outcome) -> Option<DemandKey> {
        let Some(before) = &self.before else {
            return self.carried.clone();
        };
        let opposite = match on {
            Outcome::Yes => Outcome::No,
            Outcome::No => Outcome::Yes,
            Outcome::Unknown | Outcome::Stated => return Some(before.key.clone()),
        };
        let free = |of: &DemandKey| !self.taken.contains(&(of.clone(), on));
        match &before.condition {
            // "Wenn nein, ist es geplant? Wenn ja, …": the other branch, unless that was asked already.
            Some(Condition {
                on: other,
                of: Some(of),
                ..
            }) if before.polar && *other == opposite && free(of) => Some(of.clone()),
            _ if before.polar => Some(before.key.clone()),
            Some(Condition { of: Some(of), .. }) => Some(of.clone()),
            _ => match &self.branch {
                // "Falls ja, …? Was ist mit …? Falls nein, …": the open branch of the same part.
                Some((other, of)) if *other == opposite && free(of) => Some(of.clone()),
                _ => Some(self.last_polar.clone().unwrap_or_else(|| self.stem.clone())),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{cleaning, lead_in};
    use super::*;

    fn sentences_of(text: &str) -> Vec<Sentence> {
        let paper = cleaning::clean(&format!(
            "Wir fragen die Bundesregierung:\n{text}\nBerlin, den 2. April 2019"
        ));
        let listing = numbering::find(&paper, lead_in::find(&paper).as_ref()).unwrap();
        questions(&paper, &listing.blocks)
            .into_iter()
            .flat_map(|question| question.parts)
            .flat_map(|part| part.sentences)
            .collect()
    }

    fn depends(text: &str) -> Vec<(String, Option<(Outcome, String)>)> {
        sentences_of(text)
            .into_iter()
            .map(|sentence| {
                let condition = sentence
                    .condition
                    .map(|condition| (condition.on, condition.of.unwrap().to_string()));
                (sentence.key.to_string(), condition)
            })
            .collect()
    }

    /// Promise: each "if" is tied to the question whose answer decides it.
    #[test]
    fn ties_conditions_to_their_questions() {
        use Outcome::{No, Yes};
        let found = depends(
            "1. Welche Wege gibt es? Ist der Wald begehbar? Falls ja, seit wann? Falls nein, warum nicht?\n\
             2. Gibt es Bänke?\na) Wenn ja, wo?\nb) Wenn nein, sind welche geplant? Falls ja, wann? Gibt es Pläne? Was kosten sie? Falls nein, warum nicht?",
        );
        let tie = |key: &str, on, of: &str| (key.to_owned(), Some((on, of.to_owned())));
        let none = |key: &str| (key.to_owned(), None);
        assert_eq!(
            found,
            [
                none("1"),
                none("1.2"),
                tie("1.3", Yes, "1.2"),
                tie("1.4", No, "1.2"),
                none("2"),
                tie("2a", Yes, "2"),
                tie("2b", No, "2"),
                tie("2b.2", Yes, "2b"),
                none("2b.3"),
                none("2b.4"),
                tie("2b.5", No, "2b"),
            ]
        );
    }

    /// Promise: a question that opens with a condition depends on the one before it, or on the one it names.
    #[test]
    fn ties_conditions_across_questions() {
        let found =
            depends("1. Gibt es Bänke?\n2. Wenn ja, wo?\n3. Falls Frage 1 verneint wird, warum?");
        assert_eq!(found[1].1, Some((Outcome::Yes, "1".to_owned())));
        assert_eq!(found[2].1, Some((Outcome::No, "1".to_owned())));
    }

    /// Promise: a sentence that runs in parallel inherits the condition and says so.
    #[test]
    fn inherits_in_parallel() {
        let sentences = sentences_of(
            "1. Gibt es Lücken? Falls ja, wie viele Lücken hat A? Wie viele Lücken hat B? Was nun?",
        );
        assert!(
            sentences[2]
                .condition
                .as_ref()
                .is_some_and(|condition| condition.inherited)
        );
        assert_eq!(sentences[3].condition, None);
    }

    /// Promise: topics, requests and statements are told from questions.
    #[test]
    fn tells_kinds() {
        let kinds: Vec<_> = sentences_of(
            "1. Wurden folgende Themen besprochen:\na) Wege;\nb) Wer sprach?\n2. Es ist kalt. Wie kalt? Bitte nennen.",
        )
        .into_iter()
        .map(|sentence| sentence.kind)
        .collect();
        assert_eq!(
            kinds,
            [
                SentenceKind::Main,
                SentenceKind::Continuation,
                SentenceKind::Main,
                SentenceKind::Statement,
                SentenceKind::Main,
                SentenceKind::Form
            ]
        );
    }
}
