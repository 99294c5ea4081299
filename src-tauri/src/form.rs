//! `uketsuke form`: how a procedure will look, while its file is being written.

use std::{net::Ipv4Addr, process::ExitCode};

use anyhow::Context as _;
use hub::preview::{Preview, serve};
use tokio::net::TcpListener;

use crate::arguments::{FormPreview, FormTask};

pub(crate) fn run(task: &FormTask) -> ExitCode {
    let FormTask::Preview(asked) = task;
    match preview(asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn preview(asked: &FormPreview) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // This machine alone: a procedure that is being written is nobody else's business.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, asked.port))
            .await
            .with_context(|| format!("port {} of this machine cannot be used", asked.port))?;
        println!(
            "http://{} に {} の質問と申請書を表示しています。ファイルを保存すると読み直します。Ctrl+C で終わります。",
            listener.local_addr()?,
            asked.procedure,
        );
        let preview = Preview {
            config: asked.config.clone(),
            procedure: asked.procedure.clone(),
        };
        let stop = async {
            // Where signals cannot be heard, the process is ended some other way.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        Ok(serve(preview, hub::Clock::real(), listener, stop).await?)
    })
}
