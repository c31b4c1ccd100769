//! Text of a PDF, by poppler's `pdftotext` in a process of its own.
//!
//! This is the one place in the crate that does I/O. A PDF comes from outside and its format is large
//! enough that parsers keep being broken; in a process of its own, without a shell, with an empty
//! environment, on pipes only and with limits on time, memory and output, a broken parser can spoil
//! this one paper and nothing else. Time is measured here only to stop that process.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::LIMIT;

/// How long a conversion may take. The longest paper measured takes well under a second.
const TIME: Duration = Duration::from_secs(20);

/// How often the waiting parent looks.
const LOOK: Duration = Duration::from_millis(10);

/// Where a PDF's magic number must begin at the latest (ISO 32000-1, annex H, note 13).
const MAGIC_WITHIN: usize = 1024;

/// Why a PDF gave no text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// The program is not installed.
    #[error(
        "the program pdftotext was not found: install the Debian package poppler-utils, or hand in the inquiry as text"
    )]
    ProgramMissing,
    /// The program could not be run or the pipes broke.
    #[error("the program pdftotext could not be run")]
    Run(#[source] io::Error),
    /// It took too long and was stopped.
    #[error("pdftotext took longer than {} s and was stopped: hand in the inquiry as text", TIME.as_secs())]
    TooSlow,
    /// It wrote too much and was stopped.
    #[error(
        "pdftotext wrote more than {LIMIT} bytes and was stopped: hand in the inquiry alone, without annexes"
    )]
    TooLarge,
    /// It gave up.
    #[error(
        "pdftotext gave up ({0}): the PDF is damaged or locked; hand in another copy or the inquiry as text"
    )]
    Damaged(ExitStatus),
    /// Pages without letters, as a scanner makes them.
    #[error(
        "the PDF holds no text, only pictures of it: run text recognition on it, or hand in the inquiry as text"
    )]
    NoText,
}

/// Whether bytes are a PDF by their magic number.
pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    let start = bytes.get(..MAGIC_WITHIN).unwrap_or(bytes);
    start.windows(5).any(|window| window == b"%PDF-")
}

/// Text of a PDF in the layout of its pages, pages parted by form feeds.
///
/// # Errors
///
/// See [`PdfError`]; a missing program names the package to install.
pub fn pdf_text(bytes: &[u8]) -> Result<String, PdfError> {
    let program = program("pdftotext").ok_or(PdfError::ProgramMissing)?;
    run(confined(&program), bytes, TIME)
}

/// The command, under `prlimit` (util-linux) where that exists: memory, processor time, open files,
/// no core dump and no file written.
fn confined(pdftotext: &OsStr) -> Command {
    let mut command = match program("prlimit") {
        Some(prlimit) => {
            let mut command = Command::new(prlimit);
            command.args([
                "--as=1073741824",
                "--cpu=20",
                "--nofile=64",
                "--core=0",
                "--fsize=0",
                "--",
            ]);
            command.arg(pdftotext);
            command
        }
        None => Command::new(pdftotext),
    };
    command.args(["-layout", "-enc", "UTF-8", "-", "-"]);
    command
}

/// Looks a program up in the search path, so that a missing one is told apart from one that fails.
fn program(name: &str) -> Option<std::ffi::OsString> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder: PathBuf| folder.join(name))
        .find(|candidate| candidate.is_file())
        .map(PathBuf::into_os_string)
}

/// Feeds `input` to a command and gives back what it writes, within the limits.
fn run(mut command: Command, input: &[u8], time: Duration) -> Result<String, PdfError> {
    let mut child = command
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(PdfError::Run)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (status, output) = std::thread::scope(|scope| {
        // A child that stops reading closes the pipe; its exit status says more than that error.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        let reader = scope.spawn(move || {
            let mut output = Vec::new();
            let limit = u64::try_from(LIMIT).unwrap_or(u64::MAX).saturating_add(1);
            stdout
                .map_or(Ok(0), |stdout| stdout.take(limit).read_to_end(&mut output))
                .map(|_| output)
        });
        let status = wait(&mut child, time);
        (status, reader.join())
    });
    let output =
        output.map_err(|_| PdfError::Run(io::Error::other("reading its output failed")))?;
    let output = output.map_err(PdfError::Run)?;
    if output.len() > LIMIT {
        return Err(PdfError::TooLarge);
    }
    let status = status?;
    if !status.success() {
        return Err(PdfError::Damaged(status));
    }
    let text = String::from_utf8_lossy(&output).into_owned();
    if text.chars().any(char::is_alphanumeric) {
        Ok(text)
    } else {
        Err(PdfError::NoText)
    }
}

/// Waits for the child and stops it when its time is up. A child that writes on after the reader has
/// left at the limit ends by itself, by a broken pipe.
fn wait(child: &mut Child, time: Duration) -> Result<ExitStatus, PdfError> {
    let start = Instant::now();
    let failure = loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if start.elapsed() < time => std::thread::sleep(LOOK),
            Ok(None) => break PdfError::TooSlow,
            Err(error) => break PdfError::Run(error),
        }
    };
    stop(child);
    Err(failure)
}

/// Stops a child; that it may have ended by itself in the meantime is no error.
fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Promise: a PDF is known by its magic number, also behind a little rubbish, never by its name.
    #[test]
    fn knows_a_pdf_by_its_magic_number() {
        assert!(is_pdf(b"%PDF-1.7\n"));
        assert!(is_pdf(b"\n\n%PDF-1.4"));
        assert!(!is_pdf(b"Kleine Anfrage"));
        assert!(!is_pdf(&[&[b' '; 2000][..], b"%PDF-1.7"].concat()));
    }

    /// Promise: a converter that hangs is stopped when its time is up.
    #[test]
    fn stops_a_child_that_hangs() {
        let mut command = Command::new("/bin/sleep");
        command.arg("30");
        let start = Instant::now();
        assert!(matches!(
            run(command, b"", Duration::from_millis(100)),
            Err(PdfError::TooSlow)
        ));
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    /// Promise: a converter that never stops writing is stopped at the limit, not at the end of memory.
    #[test]
    fn stops_a_child_that_floods() {
        let mut command = Command::new("/bin/cat");
        command.arg("/dev/zero");
        assert!(matches!(run(command, b"", TIME), Err(PdfError::TooLarge)));
    }

    /// Promise: what is no PDF behind the magic number ends in an error that says so.
    #[test]
    fn says_that_a_pdf_is_damaged() {
        match pdf_text(b"%PDF-1.4\nrubbish") {
            Err(PdfError::Damaged(_) | PdfError::ProgramMissing) => {}
            other => panic!("{other:?}"),
        }
    }
}
