//! Compiling a template and exporting it as an archivable, accessible PDF.

use std::fmt;

use serde_json::Value;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst::syntax::Source;
use typst::{World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::answer::AnswerDocument;
use crate::check::{check, check_size, utc_time};
use crate::print::make_printable;
use crate::world::Room;

/// The templates that can be rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Template {
    /// An answer to a parliamentary inquiry; its data is an [`AnswerDocument`].
    InquiryAnswer,
}

impl Template {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InquiryAnswer => "answer.typ",
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::InquiryAnswer => include_str!("../../../templates/answer.typ"),
        }
    }
}

/// A finished PDF file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// Number of pages.
    pub pages: usize,
    /// Characters that no embedded font has, or that hide or reverse text, and that were
    /// therefore printed as their code point.
    pub substituted: usize,
    /// What Typst found odd without failing. Empty for sound data.
    pub warnings: Vec<TemplateFault>,
}

/// Why no PDF came out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The data does not have the template's shape, or contradicts itself.
    #[error("the data is not usable at {path:?}: {message}")]
    Data {
        /// Place in the data, such as `sections[0].questions[3].text`.
        path: String,
        /// What is wrong there.
        message: String,
    },
    /// The template could not be typeset with this data, or the result breaks PDF/A-2a or
    /// PDF/UA-1.
    #[error("{template} could not be rendered: {}", list(.faults))]
    Template {
        /// The template.
        template: &'static str,
        /// Every fault, in Typst's order.
        faults: Vec<TemplateFault>,
    },
    /// Typst does not accept PDF/A-2a together with PDF/UA-1.
    #[error("the PDF standards cannot be combined: {message}")]
    Standards {
        /// What Typst says.
        message: String,
    },
}

/// One fault or warning in typesetting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// Line of the template, counted from 1, where Typst knows it.
    pub line: Option<usize>,
    /// What is wrong, with Typst's hints.
    pub message: String,
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

fn list(faults: &[TemplateFault]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// Renders a template with its data. The same data always gives the same bytes.
///
/// # Errors
/// [`ReportError::Data`] when the data has not the shape that the template needs,
/// [`ReportError::Template`] when typesetting or a PDF standard fails.
pub fn render(template: Template, data: &Value) -> Result<Pdf, ReportError> {
    match template {
        Template::InquiryAnswer => {
            let document = serde_path_to_error::deserialize(data).map_err(|e| {
                let path = e.path().to_string();
                ReportError::Data {
                    path,
                    message: e.into_inner().to_string(),
                }
            })?;
            render_answer(&document)
        }
    }
}

/// Renders an answer to a parliamentary inquiry; like [`render`] with typed data.
///
/// # Errors
/// As [`render`].
pub fn render_answer(document: &AnswerDocument) -> Result<Pdf, ReportError> {
    check(document)?;
    // The data is a tree of strings and numbers with string keys: it always serialises.
    let value = serde_json::to_value(document).map_err(|e| ReportError::Data {
        path: String::new(),
        message: e.to_string(),
    })?;
    let made_at = utc_time(&document.generated_at.rfc3339).map(Timestamp::new_utc);
    typeset(Template::InquiryAnswer, value, made_at)
}

fn typeset(
    template: Template,
    mut data: Value,
    made_at: Option<Timestamp>,
) -> Result<Pdf, ReportError> {
    let substituted = make_printable(&mut data);
    let json = data.to_string().into_bytes();
    check_size(&json)?;

    let failed = |faults| ReportError::Template {
        template: template.name(),
        faults,
    };
    let room = Room::new(template.name(), template.text(), json).map_err(|e| {
        failed(vec![TemplateFault {
            line: None,
            message: e.to_string(),
        }])
    })?;
    let (document, warnings) = compile(&room).map_err(failed)?;
    let bytes = typst_pdf::pdf(&document, &options(made_at)?)
        .map_err(|errors| failed(faults(&room, &errors)))?;
    // A node renders few documents in a long life; keep what the next one may reuse, no more.
    comemo::evict(2);
    Ok(Pdf {
        bytes,
        pages: document.pages().len(),
        substituted,
        warnings,
    })
}

pub(crate) fn compile(
    room: &Room,
) -> Result<(PagedDocument, Vec<TemplateFault>), Vec<TemplateFault>> {
    let compiled = typst::compile::<PagedDocument>(room);
    match compiled.output {
        Ok(document) => Ok((document, faults(room, &compiled.warnings))),
        Err(errors) => Err(faults(room, &errors)),
    }
}

fn options(timestamp: Option<Timestamp>) -> Result<PdfOptions, ReportError> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).map_err(|e| {
        ReportError::Standards {
            message: e.message().to_string(),
        }
    })?;
    Ok(PdfOptions {
        creator: Smart::Custom(Some("kontaktstelle".to_owned())),
        timestamp,
        standards,
        ..PdfOptions::default()
    })
}

fn faults(room: &Room, diagnostics: &[SourceDiagnostic]) -> Vec<TemplateFault> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let mut message = diagnostic.message.to_string();
            for hint in &diagnostic.hints {
                message.push_str(", ");
                message.push_str(&hint.v);
            }
            TemplateFault {
                line: line_of(room, diagnostic),
                message,
            }
        })
        .collect()
}

/// The template's line; faults in the data file have none.
fn line_of(room: &Room, diagnostic: &SourceDiagnostic) -> Option<usize> {
    let source: Source = room.source(diagnostic.span.id()?).ok()?;
    let start = room.range(diagnostic.span)?.start;
    source.lines().byte_to_line(start).map(|line| line + 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;
    use typst::layout::{Frame, FrameItem};
    use typst_layout::Page;

    use super::*;

    fn sample() -> Value {
        serde_json::from_str(include_str!("../tests/data/answer-de.json")).unwrap()
    }

    /// The words on each page, in the order in which they were set, spaces left out.
    fn pages(data: &Value) -> Vec<String> {
        let template = Template::InquiryAnswer;
        let room = Room::new(
            template.name(),
            template.text(),
            data.to_string().into_bytes(),
        )
        .unwrap();
        let (document, _) = compile(&room).unwrap();
        document
            .pages()
            .iter()
            .map(|page: &Page| words(&page.frame))
            .collect()
    }

    fn words(frame: &Frame) -> String {
        let mut found = String::new();
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => found.push_str(&words(&group.frame)),
                FrameItem::Text(text) => found.push_str(&text.text),
                _ => {}
            }
        }
        found.retain(|c| !c.is_whitespace());
        found
    }

    /// Promise: whatever stands in an inquiry is printed, never executed.
    #[test]
    fn markup_is_printed_literally() {
        let hostile =
            "#panic(1) $x^2$ *b* _i_ \\u{41} [c] <l> @r `r` = h - + / // /* ~ --- ' \" #{";
        let mut data = sample();
        for place in [
            "/title",
            "/subtitle",
            "/issuer",
            "/remarks/0",
            "/sections/0/heading",
            "/sections/0/questions/0/text",
            "/sections/0/questions/1/sub_items/0/text",
            "/sections/0/questions/0/answers/0/text/0",
            "/sections/0/questions/0/answers/0/kind_label",
            "/sections/1/questions/1/answers/0/tables/0/rows/0/0",
            "/sources/0/title",
            "/figures/0/definition",
            "/verification/0",
        ] {
            *data.pointer_mut(place).unwrap() = json!(hostile);
        }
        let printed = pages(&data).concat();
        let expected: String = hostile.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(printed.matches(&expected).count() >= 13, "{printed}");
        assert_eq!(render(Template::InquiryAnswer, &data).unwrap().warnings, []);
    }

    /// Promise: a table that runs over a page says on each page what its columns are; the running
    /// head, the page number and the exercise banner are on every page.
    #[test]
    fn every_page_says_what_it_is() {
        let pages = pages(&sample());
        let with_header = pages
            .iter()
            .filter(|page| page.contains("HäufigsterAblehnungsgrund"));
        assert!(with_header.count() >= 2);
        for (index, page) in pages.iter().enumerate() {
            assert!(
                page.contains(&format!("Seite{}von{}", index + 1, pages.len())),
                "{page}"
            );
            assert!(page.contains("ÜBUNG"), "{page}");
            assert_eq!(
                page.contains("Antwort–Drucksache19/9523"),
                index > 0,
                "{page}"
            );
        }
    }

    /// Promise: long identifiers may break over lines, but their text stays verbatim.
    #[test]
    fn identifiers_stay_verbatim() {
        let printed = pages(&sample()).concat();
        for verbatim in [
            "requests.unanswered.counterpart",
            "https://www.example.de/SharedDocs/pressemitteilungen/DE/2018/05/deutsch-chinesischer-",
            "4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2",
        ] {
            assert!(printed.contains(verbatim), "{verbatim}");
        }
    }

    /// Promise: a fault in typesetting is reported with the template's line.
    #[test]
    fn template_fault_has_a_line() {
        let error = typeset(Template::InquiryAnswer, json!({ "lang": "de" }), None).unwrap_err();
        let line = Template::InquiryAnswer
            .text()
            .lines()
            .position(|l| l.contains("data.labels"));
        let expected = format!(
            "answer.typ could not be rendered: line {}: ",
            line.unwrap() + 1
        );
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert!(error.to_string().contains("labels"), "{error}");
    }
}
