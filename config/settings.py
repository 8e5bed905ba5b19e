"""Settings, all from the environment and safe for production unless `EVENHAND_DEBUG` says otherwise.

`.env.example` describes every variable. With no secret key and no debug flag the product refuses to start.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import logs, safety

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

DEBUG = env.bool("EVENHAND_DEBUG", default=False)
DEMO = env.bool("EVENHAND_DEMO", default=False)
STATE_DIR = Path(env.str("EVENHAND_STATE", default=str(BASE_DIR / ".state")))

# The old keys are still read while what they signed runs out: docs/running.md says how a key is changed.
SECRET_KEY = env.str("EVENHAND_SECRET_KEY", default="").strip() or (safety.DEVELOPMENT_KEY if DEBUG else "")
SECRET_KEY_FALLBACKS = [key.strip() for key in env.list("EVENHAND_SECRET_KEY_FALLBACKS", default=[]) if key.strip()]

ALLOWED_HOSTS = env.list("EVENHAND_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("EVENHAND_ORIGINS", default=[])
BASE_URL = env.str("EVENHAND_BASE_URL", default="http://localhost:8000")
MAIL_URL = env.str("EVENHAND_EMAIL_URL", default="")
# Who answers people about accessibility and privacy, and whoever found a hole (RFC 9116: mailto: or https:).
CONTACT = env.str("EVENHAND_CONTACT", default="")
SECURITY_CONTACT = env.str("EVENHAND_SECURITY_CONTACT", default="")
PROXIED = env.bool("EVENHAND_PROXIED", default=False)
PROXIES = env.int("EVENHAND_PROXIES", default=1) if PROXIED else 0
REDIS_URL = safety.with_password(
    env.str("REDIS_URL", default="redis://localhost:6379/0"), env.str("REDIS_PASSWORD", default="").strip()
)

if unsafe := safety.reasons(
    safety.Facts(
        debug=DEBUG,
        demo=DEMO,
        secret_key=SECRET_KEY,
        fallbacks=tuple(SECRET_KEY_FALLBACKS),
        hosts=tuple(ALLOWED_HOSTS),
        origins=tuple(CSRF_TRUSTED_ORIGINS),
        base_url=BASE_URL,
        proxied=PROXIED,
        proxies=PROXIES,
        redis_url=REDIS_URL,
        mail_url=MAIL_URL,
        security_contact=SECURITY_CONTACT,
        s3_endpoint=env.str("EVENHAND_S3_ENDPOINT", default=""),
    )
):
    raise ImproperlyConfigured("\n".join(["Evenhand does not start with these settings.", *unsafe]))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "design",
    "audit",
    "people",
    "deadlines",
    "decisions",
    "letters",
    "register",
    "cases",
    "restrictions",
    "appeals",
    "worklist",
    "office",
    "config",
]
if DEMO or DEBUG:
    INSTALLED_APPS.append("ops")

MIDDLEWARE = [
    "config.middleware.Headers",
    "config.middleware.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "register.middleware.Reachable",
    "config.middleware.Methods",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.RequestLog",
    "config.middleware.SignedIn",
    "config.middleware.Once",
    "config.middleware.Refusals",
    "config.middleware.Looks",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "design.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.frame",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://evenhand@localhost/evenhand")}
DATABASES["default"] |= {"ENGINE": "config.database", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# A page asks the same questions each time: the plan of one that came thrice on a connection is kept (docs/adr/0014).
# A page reads a thing with all that it stands in, along keys: weighing every order of so many joins takes longer than
# to read them in the order in which they are written (docs/adr/0200).
_OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
_OPTIONS |= {"server_side_binding": True, "prepare_threshold": 3}
_OPTIONS["options"] = f"-c join_collapse_limit=4 -c from_collapse_limit=4 {_OPTIONS.get('options', '')}".strip()
if password := env.str("DATABASE_PASSWORD", default="").strip():
    # A file of its own (DATABASE_PASSWORD_FILE), so that the address can stand where everybody may read it.
    DATABASES["default"]["PASSWORD"] = password
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "VERSION": 2,  # 1 held pickles, which are read no more
        "OPTIONS": {"serializer": "config.cache.Json"},
    }
}
SESSION_ENGINE = "people.accounts.sessions"
# How long somebody stays signed in without a sign of life, and however many they give (OWASP ASVS 7.3.1, 7.3.2). A sign
# of life is noted every two minutes.
SESSION_COOKIE_AGE = (env.int("EVENHAND_IDLE_MINUTES", default=30) + 2) * 60
SESSION_HOURS = env.int("EVENHAND_SESSION_HOURS", default=10)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int("EVENHAND_VISIBILITY_SECONDS", default=300),
    "unacked_restore_interval": 5,
    # Whoever asks for work does not wait for a queue that is down: the sweep finds what was not asked for.
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_max": 0.2,
}
CELERY_TASK_TIME_LIMIT = 240
CELERY_TIMEZONE = "Europe/London"
# Beat notes each tick at once, so that a crash forgets none, and so that its file tells whether it is alive.
CELERY_BEAT_SYNC_EVERY = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "people.accounts.passwords.Guessable"}]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "people.accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "design.sign_in.SignIn",
    "change_password": "people.accounts.forms.ChangePassword",
    "reset_password": "people.accounts.forms.ForgottenPassword",
    "reset_password_from_key": "people.accounts.forms.NewPassword",
    "user_token": "people.accounts.forms.Link",
    "reauthenticate": "people.accounts.forms.ShowItIsYou",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# For how long after somebody showed who they are the pages of administration and of accounts open (docs/adr/0163).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Wrong passwords are counted by account and by place (people/services/wrong_tries.py); here only codes of factors.
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": "5/5m/key"}
# Single sign-on through the organisation's directory, where one is named; without, nothing of it is shown or answers.
SIGN_ON = env.str("EVENHAND_OIDC_URL", default="")
SIGN_ON_NAME = env.str("EVENHAND_OIDC_NAME", default="your organisation")
SIGN_ON_FORMS = env.str("EVENHAND_OIDC_FORMS", default=f"{urlsplit(SIGN_ON).scheme}://{urlsplit(SIGN_ON).netloc}")
SOCIALACCOUNT_ADAPTER = "people.accounts.sign_on.Adapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": SIGN_ON_NAME,
                "client_id": env.str("EVENHAND_OIDC_CLIENT", default=""),
                "secret": env.str("EVENHAND_OIDC_SECRET", default=""),
                "settings": {"server_url": SIGN_ON},
            }
        ]
        if SIGN_ON
        else [],
    }
}
# Administrators sign in with a second factor, and whoever has a role that their provider chooses (Cyber Essentials).
# The demo asks nobody, so that it can be looked at.
FACTOR_FOR_ADMINISTRATORS = env.bool("EVENHAND_FACTOR_FOR_ADMINISTRATORS", default=not DEMO)
MFA_ADAPTER = "people.accounts.factors.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "people.accounts.forms.Code",
    "reauthenticate": "people.accounts.forms.CodeAgain",
    "activate_totp": "people.accounts.forms.AddApp",
    "add_webauthn": "people.accounts.forms.AddPasskey",
    "authenticate_webauthn": "people.accounts.forms.Passkey",
    "reauthenticate_webauthn": "people.accounts.forms.PasskeyAgain",
}
MFA_TOTP_ISSUER = "Evenhand"
# A telephone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_URL.startswith("http://localhost")
# Addresses are given by an administrator, and none but the account's own is ever kept.
MFA_ALLOW_UNVERIFIED_EMAIL = True

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("EVENHAND_STATIC_ROOT", default=str(STATE_DIR / "static")))
# Files that people hand in: on this machine, or in a bucket of any service that speaks S3; open to nobody else.
ON_DISK: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": str(STATE_DIR / "files"), "base_url": None, "file_permissions_mode": 0o600},
}
IN_BUCKET: dict[str, Any] = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": env.str("EVENHAND_S3_BUCKET", default=""),
        "endpoint_url": env.str("EVENHAND_S3_ENDPOINT", default="") or None,
        "region_name": env.str("EVENHAND_S3_REGION", default="") or None,
        "access_key": env.str("EVENHAND_S3_KEY", default="").strip() or None,
        "secret_key": env.str("EVENHAND_S3_SECRET", default="").strip() or None,
        "addressing_style": "path",
        "signature_version": "s3v4",
        "default_acl": None,
        "file_overwrite": False,
    },
}
STORAGES = {
    "default": IN_BUCKET if IN_BUCKET["OPTIONS"]["bucket_name"] else ON_DISK,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
# The heads of the chain that seals the trail stand outside of the database, under a key that is not in it.
SEAL_KEY = env.str("EVENHAND_SEAL_KEY", default="").strip()
SEAL_PLACES = [STATE_DIR / "seals", *([Path(copy)] if (copy := env.str("EVENHAND_SEAL_COPY", default="")) else [])]
PRINT_DIR = Path(env.str("EVENHAND_PRINT_DIR", default=str(STATE_DIR / "print")))
BEAT_FILE = STATE_DIR / "celerybeat-schedule"

# The demo keeps mail in files, and that is its post. Elsewhere nothing is called sent that went nowhere.
MAIL: dict[str, Any] = {"EMAIL_BACKEND": "config.mail.Files" if DEMO or DEBUG else "config.mail.Nowhere"}
if MAIL_URL:
    MAIL = env.email_url("EVENHAND_EMAIL_URL")
MAIL_LEAVES = MAIL["EMAIL_BACKEND"] in ("config.mail.Files", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = str(STATE_DIR / "mail")
vars().update(MAIL)
DEFAULT_FROM_EMAIL = env.str("EVENHAND_MAIL_FROM", default="Evenhand <no-reply@evenhand.invalid>")
EMAIL_TIMEOUT = 30

FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
EVIDENCE_MAX_BYTES = 25 * 1024 * 1024
# Where clamd listens. Without it nothing that people hand in is checked for malware, and the pages say so.
CLAMAV_HOST, CLAMAV_PORT = env.str("CLAMAV_HOST", default=""), env.int("CLAMAV_PORT", default=3310)

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
if PROXIED:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # A browser takes a cookie of this name only from the very host that sets it, over TLS: no neighbour plants one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = env.bool("EVENHAND_SSL_REDIRECT", default=True)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        # Browsers hold a redirect after a form to this too, and the button of single sign-on leads to the directory.
        "form-action": [SELF, SIGN_ON_FORMS] if SIGN_ON else [SELF],
    }
}

LOG_STEPS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso"),
    logs.scrubbed,
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *LOG_STEPS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            # What Django, Celery and other libraries log passes through the same steps as our own lines.
            "foreign_pre_chain": LOG_STEPS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer()
                if env.bool("EVENHAND_LOG_JSON", default=not DEBUG)
                else structlog.dev.ConsoleRenderer(colors=False),
            ],
        }
    },
    "filters": {"quiet": {"()": logs.Quiet}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["quiet"]}},
    # It says at each start that it can log.
    "loggers": {"pikepdf": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.str("EVENHAND_LOG_LEVEL", default="INFO")},
}

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
