//! An S3 server in this process, over a folder, on a port of its own; it checks signatures.

use http_body_util::BodyExt as _;
use hyper::StatusCode;
use hyper::header::HeaderValue;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::https::Tls;
use store::objects::BucketConfig;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) const SECRET: &str = "a-secret-that-is-never-shown";

pub(crate) struct Server {
    folder: TempDir,
    endpoint: String,
    faults: Arc<AtomicUsize>,
    forgetful: Arc<AtomicBool>,
    requests: Arc<AtomicUsize>,
    _runtime: Runtime,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("attachments")).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single("key-id", SECRET));
        let s3 = builder.build();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let faults = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(AtomicUsize::new(0));
        let forgetful = Arc::new(AtomicBool::new(false));
        let (left, seen) = (Arc::clone(&faults), Arc::clone(&requests));
        let forgets = Arc::clone(&forgetful);
        runtime.spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let (s3, left, seen) = (s3.clone(), Arc::clone(&left), Arc::clone(&seen));
                let forgets = Arc::clone(&forgets);
                let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    let s3 = s3.clone();
                    seen.fetch_add(1, Ordering::SeqCst);
                    let faulty = left
                        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                        .is_ok();
                    let forgotten = forgets.load(Ordering::SeqCst) && request.method() == "PUT";
                    async move {
                        if faulty || forgotten {
                            let _ = request.into_body().collect().await;
                            let mut answer = hyper::Response::new(s3s::Body::empty());
                            if faulty {
                                *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                            } else {
                                answer
                                    .headers_mut()
                                    .insert("etag", HeaderValue::from_static("\"0\""));
                            }
                            return Ok(answer);
                        }
                        s3.call(request.map(s3s::Body::from)).await
                    }
                });
                tokio::spawn(async move {
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(socket), service)
                        .await;
                });
            }
        });
        Self {
            folder,
            endpoint,
            faults,
            forgetful,
            requests,
            _runtime: runtime,
        }
    }

    pub(crate) fn config(&self, prefix: &str) -> BucketConfig {
        BucketConfig {
            endpoint: self.endpoint.clone(),
            region: "us-east-1".to_owned(),
            bucket: "attachments".to_owned(),
            prefix: prefix.to_owned(),
            access_key_id: "key-id".to_owned(),
            secret_access_key: SECRET.to_owned(),
            tls: Tls::default(),
        }
    }

    /// The file in which the server keeps a key's bytes.
    pub(crate) fn file(&self, key: &str) -> PathBuf {
        self.folder.path().join("attachments").join(key)
    }

    /// The next requests are answered with status 503.
    pub(crate) fn fail_next(&self, requests: usize) {
        self.faults.store(requests, Ordering::SeqCst);
    }

    /// From now on whether what is put is answered with success and not kept.
    pub(crate) fn forget(&self, forgetful: bool) {
        self.forgetful.store(forgetful, Ordering::SeqCst);
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}
