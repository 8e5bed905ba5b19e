"""gunicorn's own lines, which pass by the product's logging: without queries, without keys of links."""

import logging
from datetime import timedelta
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from config.logs import without_keys


class _Scrub(logging.Filter):
    """Takes keys out of a line that is ready to be written."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_keys(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = without_keys(logging.Formatter().formatException(record.exc_info))
        return True


class AccessLog(Logger):
    """What was asked, as gunicorn tells it, and its own errors; named by `--logger-class`."""

    def setup(self, cfg: Config) -> None:
        """Both of gunicorn's logs, each without keys."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            if not any(isinstance(each, _Scrub) for each in log.filters):
                log.addFilter(_Scrub())

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        """The parts of a line. What was searched for, and where somebody came from, is in none of them."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        path = f"{environ.get('REQUEST_METHOD', '-')} {environ.get('PATH_INFO', '-')}"
        return {**found, "r": path, "q": "", "f": "-"}
