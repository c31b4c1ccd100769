//! The console: server-rendered pages at each node.
//!
//! Officers read and act here in a browser. Every act goes through [`office::Office::execute`], and
//! what a page may show is asked of the same policies. The pages are plain HTML: no script at all,
//! usable by keyboard, in every language of the catalogues, and printable.
//!
//! This crate must never decide what is allowed, speak SQL, or change state other than through
//! `office`. Nothing that came from another house is ever put into a page unescaped.
//!
//! Where to start reading: [`console`] for what the pages work on, `pages` for the pages (one noun a
//! file, with its template under `templates/`), `session` for who is signed in, `origin` and
//! `headers` for what keeps other sites out.

mod assets;
pub mod console;
mod desk;
mod fault;
mod form;
mod frame;
mod headers;
mod moment;
mod origin;
mod pages;
pub mod publication;
mod session;
mod standing;
mod throttle;
mod tone;
mod visible;
mod words;

pub use console::{Console, router, serve};
