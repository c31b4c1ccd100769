//! Accounts on platforms, as `platform:id`.

use crate::extract::{Raw, pattern};
use records::vocabulary::SelectorKind;
use regex::Regex;
use std::sync::LazyLock;

/// Platforms and the words they are called by.
const PLATFORMS: &[(&str, &[&str])] = &[
    ("wechat", &["wechat", "weixin", "微信", "vx", "wx"]),
    ("weibo", &["weibo", "微博"]),
    ("qq", &["qq", "企鹅号"]),
    ("telegram", &["telegram", "tg", "电报"]),
    ("x", &["twitter", "推特", "x.com", "x"]),
    ("facebook", &["facebook", "脸书"]),
    ("instagram", &["instagram", "insta"]),
    ("tiktok", &["tiktok"]),
    ("douyin", &["douyin", "抖音"]),
    ("xiaohongshu", &["xiaohongshu", "小红书"]),
    ("zhihu", &["zhihu", "知乎"]),
    ("bilibili", &["bilibili", "b站"]),
    ("mastodon", &["mastodon"]),
    ("bluesky", &["bluesky"]),
    ("signal", &["signal"]),
    ("threema", &["threema"]),
    ("skype", &["skype"]),
    ("line", &["line"]),
    ("discord", &["discord"]),
    ("youtube", &["youtube"]),
    ("linkedin", &["linkedin"]),
    ("github", &["github"]),
    ("vk", &["vk", "vkontakte"]),
];

/// The platform that a word names.
fn platform(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    PLATFORMS
        .iter()
        .find(|(name, words)| *name == word || words.contains(&word.as_str()))
        .map(|(name, _)| *name)
}

/// Rules that name the platform by themselves; the id is the first group that matched.
static FIXED: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"(?i)(?-u:\b)(wxid_[a-z0-9]{4,40})", "wechat"),
        (r"(?i)(?-u:\b)qq[ \t]{0,2}(?:号码?|群|number|nummer|nr\.?|no\.?|id|account|konto)?[ \t]{0,2}[:=#是为]?[ \t]{0,2}([1-9][0-9]{4,11})(?-u:\b)", "qq"),
        (r"(?i)(?-u:\b)(?:t|telegram)\.me/(?:s/|joinchat/|\+)?([a-z0-9_-]{3,40})", "telegram"),
        (r"(?i)(?-u:\b)tg://(?:resolve\?domain=|user\?id=)([a-z0-9_]{3,40})", "telegram"),
        (r"(?i)(?-u:\b)weibo\.(?:com|cn)/(?:u/|n/|p/)?([\p{L}0-9_-]{2,40})", "weibo"),
        (r"(?i)(?-u:\b)(?:twitter|x)\.com/@?([a-z0-9_]{1,15})(?:[^a-z0-9_]|$)", "x"),
        (r"(?i)(?-u:\b)facebook\.com/(?:profile\.php\?id=)?([a-z0-9.]{3,60})", "facebook"),
        (r"(?i)(?-u:\b)instagram\.com/([a-z0-9_.]{1,30})", "instagram"),
        (r"(?i)(?-u:\b)tiktok\.com/@([a-z0-9_.]{2,30})", "tiktok"),
        (r"(?i)(?-u:\b)douyin\.com/user/([a-z0-9_-]{3,90})", "douyin"),
        (r"(?i)(?-u:\b)xiaohongshu\.com/user/profile/([a-z0-9]{3,60})", "xiaohongshu"),
        (r"(?i)(?-u:\b)zhihu\.com/people/([a-z0-9_-]{2,60})", "zhihu"),
        (r"(?i)(?-u:\b)space\.bilibili\.com/([0-9]{2,20})", "bilibili"),
        (r"(?i)(?-u:\b)bsky\.app/profile/([a-z0-9.-]{3,80})", "bluesky"),
        (r"(?i)(?-u:\b)linkedin\.com/in/([\p{L}0-9_-]{2,100})", "linkedin"),
        (r"(?i)(?-u:\b)youtube\.com/(?:@|c/|user/|channel/)([\p{L}0-9_.-]{2,60})", "youtube"),
        (r"(?i)(?-u:\b)vk\.com/([a-z0-9_.]{2,40})", "vk"),
        (r"(?i)(?-u:\b)github\.com/([a-z0-9-]{1,39})(?:[\s?#,;)]|/?$|/\s)", "github"),
    ]
    .map(|(rule, name)| (pattern(rule), name))
    .into()
});

/// Path words of platforms that are no accounts.
const NOT_ACCOUNTS: &[&str] = &[
    "home",
    "login",
    "search",
    "explore",
    "about",
    "help",
    "privacy",
    "terms",
    "intent",
    "share",
    "hashtag",
    "settings",
    "i",
    "p",
    "u",
    "n",
    "s",
    "joinchat",
    "sharer",
    "groups",
    "pages",
    "events",
    "watch",
    "features",
    "profile.php",
    "tv",
    "reel",
    "stories",
];

/// `WeChat: jana_example`, `微信号 jana_example`.
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:(?-u:\b)({LATIN_WORDS})|({HAN_WORDS}))(?:[ \t_-]{{0,2}}(?:id|account|konto|user(?:name)?|name|handle|nummer|number|nr\.?|no\.?|账号|帐号|用户名?|号码?|群))?[ \t]{{0,2}}[:=][ \t]{{0,2}}@?([\p{{Latin}}0-9][\p{{Latin}}0-9_.-]{{2,40}})"
    ))
});

/// `微信jana_2026`: without a separator an id needs a digit or a low line, to tell it from words.
static CHINESE_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)({HAN_WORDS})(?:账号|帐号|用户名?|号码?|群)?(?:是|为)?[ \t]{{0,2}}@?([a-z0-9][a-z0-9_-]{{4,30}})"
    ))
});

/// `Telegram-Konto @jana_example`: an at sign not far after the platform.
static AT_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:(?-u:\b)({LATIN_WORDS})(?-u:\b)|({HAN_WORDS}))[^@\n]{{0,40}}@([\p{{Latin}}\p{{Han}}0-9_][\p{{Latin}}\p{{Han}}0-9_.-]{{1,40}})"
    ))
});

/// `@jana_example on Telegram`.
static AT_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:^|[^\p{{L}}0-9_.+-])@([\p{{Latin}}0-9_][\p{{Latin}}0-9_.-]{{1,40}})[ \t]{{0,2}}(?:\(|on |auf |bei |via |in |at |,)?[ \t]?(?:({LATIN_WORDS})(?-u:\b)|({HAN_WORDS}))"
    ))
});

const LATIN_WORDS: &str = "wechat|weixin|vx|weibo|qq|telegram|tg|twitter|facebook|instagram|insta|tiktok|douyin|xiaohongshu|zhihu|bilibili|mastodon|bluesky|threema|skype|discord|youtube|linkedin|github|vkontakte|vk";
const HAN_WORDS: &str = "微信|微博|企鹅号|电报|推特|脸书|抖音|小红书|知乎|b站";

/// Every account in a text.
pub(crate) fn find(text: &str, found: &mut Vec<Raw>) {
    for (rule, name) in FIXED.iter() {
        for groups in rule.captures_iter(text) {
            if let (Some(whole), Some(id)) = (groups.get(0), groups.get(1))
                && !NOT_ACCOUNTS.contains(&id.as_str().to_lowercase().as_str())
            {
                push(name, id.as_str(), whole.start()..id.end(), found);
            }
        }
    }
    for groups in LABELLED.captures_iter(text) {
        let word = groups.get(1).or(groups.get(2));
        if let (Some(word), Some(id)) = (word, groups.get(3)) {
            named(word.as_str(), id.as_str(), id.range(), found);
        }
    }
    for groups in CHINESE_LABEL.captures_iter(text) {
        if let (Some(word), Some(id)) = (groups.get(1), groups.get(2))
            && id
                .as_str()
                .contains(|c: char| c.is_ascii_digit() || c == '_')
        {
            named(word.as_str(), id.as_str(), id.range(), found);
        }
    }
    for groups in AT_AFTER.captures_iter(text) {
        let word = groups.get(1).or(groups.get(2));
        if let (Some(word), Some(id)) = (word, groups.get(3))
            && !text[..id.start() - 1].ends_with(|c: char| c.is_ascii_alphanumeric())
        {
            named(word.as_str(), id.as_str(), id.start() - 1..id.end(), found);
        }
    }
    for groups in AT_BEFORE.captures_iter(text) {
        let word = groups.get(2).or(groups.get(3));
        if let (Some(word), Some(id)) = (word, groups.get(1)) {
            named(word.as_str(), id.as_str(), id.start() - 1..id.end(), found);
        }
    }
}

fn named(word: &str, id: &str, span: std::ops::Range<usize>, found: &mut Vec<Raw>) {
    if let Some(name) = platform(word) {
        push(name, id, span, found);
    }
}

fn push(platform: &str, id: &str, span: std::ops::Range<usize>, found: &mut Vec<Raw>) {
    let trimmed = id.trim_end_matches(['.', '-']);
    if trimmed.is_empty() {
        return;
    }
    found.push(Raw {
        kind: SelectorKind::Handle,
        span: span.start..span.end - (id.len() - trimmed.len()),
        value: account(platform, trimmed),
    });
}

/// The canonical form of an account. Ids are compared without case: no platform listed here
/// tells accounts apart by it, save invitation codes, where a wrong match only adds a look.
pub(crate) fn account(platform_word: &str, id: &str) -> String {
    let lower = platform_word.trim().to_lowercase();
    let name = platform(&lower).map_or(lower.as_str(), |n| n);
    format!(
        "{name}:{}",
        id.trim().trim_start_matches('@').to_lowercase()
    )
}

/// A declared account in one of the forms `platform:id`, `platform id`, `@id` or `id`. Without a
/// platform it stands for the id on any platform, written `any:id`.
pub(crate) fn declared(value: &str) -> Option<String> {
    let value = value.trim();
    let split = value.find([':', ' ', '/', '=']);
    if let Some((word, rest)) = split.and_then(|at| value.split_at_checked(at))
        && let Some(name) = platform(word)
    {
        let id = rest.trim_start_matches([':', ' ', '/', '=', '@']);
        return is_id(id).then(|| account(name, id));
    }
    let id = value.strip_prefix('@').unwrap_or(value);
    is_id(id).then(|| account("any", id))
}

fn is_id(text: &str) -> bool {
    (2..=100).contains(&text.chars().count())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        find(text, &mut found);
        let mut values: Vec<String> = found.into_iter().map(|f| f.value).collect();
        values.sort();
        values.dedup();
        values
    }

    /// The ways accounts are written in three languages.
    #[test]
    fn accounts_are_found() {
        for (text, account) in [
            ("wxid_8h2k3l4m5n6o22", "wechat:wxid_8h2k3l4m5n6o22"),
            ("WeChat: jana_example", "wechat:jana_example"),
            (
                "微信号：jana_example".replace('：', ":").as_str(),
                "wechat:jana_example",
            ),
            ("其微信jana_2026的用户", "wechat:jana_2026"),
            ("QQ 12345678", "qq:12345678"),
            ("QQ号12345678", "qq:12345678"),
            ("https://t.me/Jana_Example", "telegram:jana_example"),
            ("Telegram-Konto @jana_example", "telegram:jana_example"),
            ("@jana_example auf Telegram", "telegram:jana_example"),
            ("https://weibo.com/u/1234567890", "weibo:1234567890"),
            ("微博@多里坤", "weibo:多里坤"),
            ("https://twitter.com/jana_example", "x:jana_example"),
            ("github.com/jana-example", "github:jana-example"),
        ] {
            assert_eq!(accounts(text), [account], "{text}");
        }
    }

    /// Platforms as such, and addresses, are no accounts.
    #[test]
    fn platforms_are_not_accounts() {
        for text in [
            "WeChat messages",
            "the signal was lost",
            "微信用户很多",
            "mail jana@example.org",
            "telegram by jana@example.org",
            "https://github.com/example/repo",
            "x.com/login",
        ] {
            assert_eq!(accounts(text), Vec::<String>::new(), "{text}");
        }
    }
}
