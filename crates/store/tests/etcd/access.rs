//! Who may use the anchor: passwords and certificates.

use crate::cluster::{Cluster, ServerTls};
use crate::{OFFICE, head, step, unreachable};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::anchor::etcd::{EtcdAnchor, EtcdConfig};
use store::anchor::{Anchor, Swap};
use store::https::{ClientIdentity, Tls};

/// Where etcd asks for a password, the right one opens and a wrong one is refused at once; a token
/// that is no longer good is fetched anew. A user sees only what its role allows.
#[test]
fn a_password_opens_the_anchor() {
    let cluster = Cluster::start(1);
    let commands: &[&[&str]] = &[
        &["user", "add", "root:root-word"],
        &["user", "grant-role", "root", "root"],
        &["role", "add", "anchor"],
        &[
            "role",
            "grant-permission",
            "anchor",
            "--prefix=true",
            "readwrite",
            "/kontaktstelle/de/",
        ],
        &["user", "add", "kontaktstelle:right-word"],
        &["user", "grant-role", "kontaktstelle", "anchor"],
        &["auth", "enable"],
    ];
    for command in commands {
        cluster.operator(command);
    }
    let anchor = |node: &str, user: Option<(&str, &str)>| {
        let mut config = EtcdConfig::new(cluster.endpoints(), node);
        config.user = user.map(|(name, word)| (name.to_owned(), word.to_owned()));
        config.patience = Duration::from_secs(20);
        assert!(!format!("{config:?}").contains("-word"));
        EtcdAnchor::new(config).unwrap()
    };
    let start = std::time::Instant::now();
    assert!(unreachable(anchor("de", None).read(&[OFFICE])));
    let wrong = Some(("kontaktstelle", "wrong-word"));
    assert!(unreachable(anchor("de", wrong).read(&[OFFICE])));
    let right = Some(("kontaktstelle", "right-word"));
    assert!(unreachable(anchor("cn", right).read(&[OFFICE])));
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "final answers are not waited out"
    );

    let anchor = anchor("de", right);
    let begin = step(OFFICE, None, head(1, "a"));
    assert_eq!(anchor.swap(&[begin]).unwrap(), Swap::Done);
    // Whoever was removed and added again has no token that is still good.
    let commands: &[&[&str]] = &[
        &["user", "delete", "kontaktstelle"],
        &["user", "add", "kontaktstelle:right-word"],
        &["user", "grant-role", "kontaktstelle", "anchor"],
    ];
    for command in commands {
        cluster.operator(&[&["--user", "root:root-word"], *command].concat());
    }
    let next = step(OFFICE, Some(head(1, "a")), head(2, "a"));
    assert_eq!(anchor.swap(&[next]).unwrap(), Swap::Done);
}

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: PathBuf,
}

impl Authority {
    fn new(folder: &Path) -> Self {
        std::fs::create_dir(folder).unwrap();
        let mut parameters = CertificateParams::new([]).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer =
            CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.join("ca.pem"), issuer.pem()).unwrap();
        Self {
            issuer,
            folder: folder.to_owned(),
        }
    }

    fn certificate(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    fn issue(&self, name: &str) -> ClientIdentity {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let identity = ClientIdentity {
            certificate: self.folder.join(format!("{name}.pem")),
            key: self.folder.join(format!("{name}.key")),
        };
        std::fs::write(&identity.certificate, certificate.pem()).unwrap();
        std::fs::write(&identity.key, key.serialize_pem()).unwrap();
        identity
    }
}

/// Over TLS both sides must know each other: an etcd of another authority is not the anchor, and a
/// node without a certificate of the right authority gets nothing.
#[test]
fn certificates_open_the_anchor() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new(&folder.path().join("ours"));
    let others = Authority::new(&folder.path().join("others"));
    let server = ours.issue("server");
    let right = Tls {
        authorities: Some(ours.certificate()),
        identity: Some(ours.issue("node")),
    };
    let cluster = Cluster::with(
        1,
        Some(ServerTls {
            certificate: server.certificate,
            key: server.key,
            clients: ours.certificate(),
            own: right.clone(),
        }),
    );
    let anchor = |tls: &Tls| {
        let mut config = EtcdConfig::new(cluster.endpoints(), "de");
        config.tls = tls.clone();
        config.patience = Duration::from_millis(500);
        EtcdAnchor::new(config).unwrap()
    };
    let begin = step(OFFICE, None, head(1, "a"));
    assert_eq!(anchor(&right).swap(&[begin]).unwrap(), Swap::Done);
    let wrong_authority = Tls {
        authorities: Some(others.certificate()),
        ..right.clone()
    };
    let no_identity = Tls {
        identity: None,
        ..right.clone()
    };
    let wrong_identity = Tls {
        identity: Some(others.issue("node")),
        ..right.clone()
    };
    let system = Tls {
        authorities: None,
        ..right.clone()
    };
    for tls in [wrong_authority, no_identity, wrong_identity] {
        assert!(unreachable(anchor(&tls).read(&[OFFICE])), "{tls:?}");
    }
    if Path::new(store::https::SYSTEM_AUTHORITIES).exists() {
        assert!(unreachable(anchor(&system).read(&[OFFICE])));
    }
    assert_eq!(
        anchor(&right).read(&[OFFICE]).unwrap(),
        [Some(head(1, "a"))]
    );
}
