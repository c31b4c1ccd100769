//! Broken lines made whole: words, hyphens that stay, and addresses on the Web.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern;

/// Words after which a hyphen at the line's end is a hanging one: "Schutz- und Rettungsdienste".
const AFTER_HANGING: [&str; 8] = ["und", "oder", "bzw.", "sowie", "bis", "wie", "noch", "als"];

/// How many bytes of a word are looked at to know an address: a domain name is at most 253 long.
const ADDRESS_START: usize = 300;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"^[(\[„»]{0,3}(?:https?:|www\.|[\w-]+(?:\.[\w-]+){0,4}\.(?:de|eu|com|org|net|info|int|at|ch)/)",
    )
});

/// What an address may go on with on the next line although its first half gives no sign of it.
static ADDRESS_REST: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(r"^[\w%#&=~+]*(?:[/_=%#?&~-]|\.\w|\d)\S*$|^[a-z0-9]+[)\]][;,.?]*$")
});

static SPLIT_SLASH: LazyLock<Regex> = LazyLock::new(|| pattern::fixed(r"\b(und|bzw\.)/ oder\b"));

/// Joins lines to running text, empty lines left out.
///
/// A hyphen at a line's end goes if a small letter follows and stays before a capital, a figure or a
/// hanging word. Addresses are put together without adding or taking anything.
pub(super) fn join<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    // Where the last word begins: kept along, as words can be put together from many lines.
    let mut word = 0;
    for line in lines
        .into_iter()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        match seam(text.get(word..).unwrap_or_default(), line) {
            Seam::Blank => {
                if !text.is_empty() {
                    text.push(' ');
                }
                word = text.len();
            }
            Seam::Nothing => {}
            Seam::HyphenGoes => {
                text.pop();
            }
        }
        if let Some(blank) = line.rfind(' ') {
            word = text.len() + blank + 1;
        }
        text.push_str(line);
    }
    if text.contains("/ oder") {
        SPLIT_SLASH.replace_all(&text, "${1}/oder").into_owned()
    } else {
        text
    }
}

/// What stands between two lines once they are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seam {
    Blank,
    Nothing,
    HyphenGoes,
}

fn seam(last_word: &str, next_line: &str) -> Seam {
    let next_word = next_line.split(' ').next().unwrap_or_default();
    if is_address(last_word) {
        return if address_goes_on(last_word, next_word) {
            Seam::Nothing
        } else {
            Seam::Blank
        };
    }
    let next = next_line.chars().next().unwrap_or(' ');
    if let Some(half) = last_word.strip_suffix('-') {
        return match half.chars().next_back() {
            // A dash of its own, or a hyphen after a blank.
            None => Seam::Blank,
            Some(_) if AFTER_HANGING.contains(&next_word) => Seam::Blank,
            Some(_) if next.is_lowercase() => Seam::HyphenGoes,
            Some(_) if next.is_alphanumeric() => Seam::Nothing,
            Some(_) => Seam::Blank,
        };
    }
    let slash = last_word
        .strip_suffix('/')
        .is_some_and(|half| half.ends_with(char::is_alphanumeric));
    if slash && next.is_alphanumeric() {
        Seam::Nothing
    } else {
        Seam::Blank
    }
}

fn is_address(word: &str) -> bool {
    let mut end = word.len().min(ADDRESS_START);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    ADDRESS.is_match(word.get(..end).unwrap_or_default())
}

fn address_goes_on(address: &str, next_word: &str) -> bool {
    if address.ends_with([')', ']', ';', ',', '“', '>']) {
        return false;
    }
    let open = address.ends_with(['-', '/', '_', '=', '?', '&', '%', '#', '.', ':']);
    let first = next_word.chars().next().unwrap_or(' ');
    if open {
        return first.is_ascii_alphanumeric() || "-_/?=&%#~+".contains(first);
    }
    // A capital begins a word of the text, as in "EU-Recht"; in a broken address it is rare.
    let begins_word = first.is_uppercase() && !next_word.contains(['/', '_', '=', '%']);
    !begins_word && next_word.len() <= ADDRESS_START && ADDRESS_REST.is_match(next_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Promise: words broken at the line's end come back whole, across empty lines too.
    #[test]
    fn joins_broken_words() {
        assert_eq!(
            join(["Konsultationsmecha-", "", "nismus und", "Schutz"]),
            "Konsultationsmechanismus und Schutz"
        );
        assert_eq!(join(["IT-Kri-", "minalität"]), "IT-Kriminalität");
    }

    /// Promise: hyphens that belong to the word stay.
    #[test]
    fn keeps_hyphens_before_capitals_and_figures() {
        assert_eq!(join(["der IT-", "Sicherheit"]), "der IT-Sicherheit");
        assert_eq!(
            join(["des EU-", "", "China Gipfels"]),
            "des EU-China Gipfels"
        );
        assert_eq!(
            join(["„Spiegel“-", "Berichterstattung"]),
            "„Spiegel“-Berichterstattung"
        );
        assert_eq!(join(["Covid-", "19"]), "Covid-19");
    }

    /// Promise: hanging hyphens keep hyphen and blank, and dashes are no hyphens.
    #[test]
    fn keeps_hanging_hyphens() {
        assert_eq!(
            join(["Schutz-", "und Rettungsdienste"]),
            "Schutz- und Rettungsdienste"
        );
        assert_eq!(join(["nicht -", "wie sonst"]), "nicht - wie sonst");
        assert_eq!(
            join(["und/", "oder jetzt, und/ oder dann"]),
            "und/oder jetzt, und/oder dann"
        );
        assert_eq!(join(["der IT- Gesetzgebung"]), "der IT- Gesetzgebung");
    }

    /// Promise: addresses are put together as they were, nothing added, no hyphen lost.
    #[test]
    fn joins_addresses_unchanged() {
        assert_eq!(
            join([
                "(vgl. www.beispiel.de/a/hinter-",
                "grund-1902-",
                "139.html; ebd.)"
            ]),
            "(vgl. www.beispiel.de/a/hinter-grund-1902-139.html; ebd.)"
        );
        assert_eq!(
            join(["www.", "beispiel.com/x-11", "e5-8e.html), die"]),
            "www.beispiel.com/x-11e5-8e.html), die"
        );
        assert_eq!(
            join(["(www.ver", "ein.beispiel.de/x). Und"]),
            "(www.verein.beispiel.de/x). Und"
        );
        assert_eq!(
            join(["unter www.beispiel.de/x", "und auch"]),
            "unter www.beispiel.de/x und auch"
        );
        assert_eq!(
            join(["www.beispiel.de/x", "EU-Recht"]),
            "www.beispiel.de/x EU-Recht"
        );
    }
}
