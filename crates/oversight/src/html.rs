//! The answer as a page: one file, without script, readable on paper and by a screen reader.

use crate::answer::{Answer, AnswerPart, AnswerStatus, Question};
use crate::error::OversightError;
use crate::finding::Wording;
use askama::Template;
use journal::grade::Grade;

/// The page and its words.
#[derive(Template)]
#[template(path = "answer.html")]
struct Page<'a> {
    answer: &'a Answer,
    words: Wording,
    language: &'static str,
    sections: Vec<Section<'a>>,
}

/// Questions under one heading.
struct Section<'a> {
    heading: &'a str,
    questions: Vec<&'a Question>,
}

/// Renders the page.
///
/// # Errors
/// [`OversightError::Page`], when the template fails, which no answer is known to cause.
pub fn page(answer: &Answer) -> Result<String, OversightError> {
    let language = locales::Language::from(answer.lang);
    let mut sections: Vec<Section<'_>> = Vec::new();
    for question in &answer.questions {
        match sections.last_mut() {
            Some(section) if section.heading == question.section => {
                section.questions.push(question)
            }
            _ => sections.push(Section {
                heading: &question.section,
                questions: vec![question],
            }),
        }
    }
    let page = Page {
        answer,
        words: Wording::new(language),
        language: language.code(),
        sections,
    };
    Ok(page.render()?)
}

impl Page<'_> {
    /// A fixed word of the page.
    fn say(&self, id: &str) -> String {
        self.words.text(&format!("page-{id}"), &[])
    }

    /// A fixed phrase with one value.
    fn with(&self, id: &str, value: impl std::fmt::Display) -> String {
        self.words
            .text(&format!("page-{id}"), &[("value", &value.to_string())])
    }

    /// Whether nobody has released it: the page then says so first.
    fn is_draft(&self) -> bool {
        self.answer.status == AnswerStatus::Draft
    }

    fn grade(&self, grade: &Grade) -> String {
        self.words.label("grade", grade.code())
    }

    fn day(&self, day: &jiff::civil::Date) -> String {
        self.words.day(*day)
    }

    fn demand(&self, key: &str) -> String {
        self.words.demand(key)
    }

    /// Which part of the question is answered, where it is not the question as a whole.
    fn is_follow_up(&self, question: &Question, part: &AnswerPart) -> bool {
        part.key != question.number.to_string()
    }

    /// The demand's own words, where the question's text does not show them as such: a sentence
    /// after the first.
    fn is_sentence(&self, part: &AnswerPart) -> bool {
        part.key.contains('.')
    }
}
