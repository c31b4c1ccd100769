//! Turns finished documents into PDF files that can be handed to a parliament and archived.
//!
//! [`render`] takes a [`Template`] and its data and gives a [`Pdf`] that conforms to PDF/A-2a
//! (ISO 19005-2, for the archive) and PDF/UA-1 (ISO 14289-1, for readers who use a screen
//! reader) at once; Typst checks both while it writes. The words, figures and times are all in
//! the data: see [`AnswerDocument`] for the shape of an answer to a parliamentary inquiry.
//!
//! This crate must never fetch its own data. It opens no file, no socket and no clock and uses
//! no font of the machine it runs on, so the same data gives the same bytes everywhere. Data
//! reaches the template as strings and is never evaluated: markup in a question is printed as
//! the characters it consists of. It is the only crate that links Typst.
//!
//! Start reading with [`answer`] (the data), then the template `templates/answer.typ`, then
//! [`pdf`] (compiling and exporting).

pub mod answer;
pub mod check;
pub mod pdf;
mod print;
#[cfg(test)]
mod sheet;
mod world;

pub use answer::AnswerDocument;
pub use pdf::{Pdf, ReportError, Template, TemplateFault, render, render_answer};
