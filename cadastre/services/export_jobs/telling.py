"""Tell how far an ordered export is, and where its file is."""

from __future__ import annotations

from typing import Any

from cadastre.models import ExportJob
from cadastre.sentences import say
from cadastre.services.export_jobs.ordering import DONE


def job_json(job: ExportJob, language: str) -> dict[str, Any]:
    """Describe a job as JSON has it; ``share`` is 0 to 1, ``file`` is there once it is done."""
    href = f"/api/exports/jobs/{job.key}"
    share = job.done / job.total if job.total else float(job.state == DONE)
    return {
        "key": job.key,
        "href": href,
        "collection": job.collection,
        "format": job.format,
        "state": job.state,
        "features": job.total,
        "done": job.done,
        "share": round(min(1.0, share), 3),
        "ordered_at": job.recorded_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "expires_at": job.expires_at.isoformat(),
        "file": _file(job, href) if job.state == DONE else None,
        "fault": fault_of(job, language),
        "message": say(f"exports.job-{job.state}", language),
    }


def fault_of(job: ExportJob, language: str) -> str | None:
    """Say why a job failed."""
    if job.fault is None:
        return None
    values = {name: value for name, value in job.fault.items() if name != "code"}
    return say(str(job.fault["code"]), language, **values)


def _file(job: ExportJob, href: str) -> dict[str, Any]:
    return {
        "href": f"{href}/file", "filename": job.filename, "media_type": job.media_type,
        "size": job.size, "sha256": job.sha256, "about": job.about,
    }  # fmt: skip
