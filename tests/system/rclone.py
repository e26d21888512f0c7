# SPDX-License-Identifier: MIT
"""rclone, Debian's parallel uploader, to compare uploads with."""
import os
import subprocess

PATIENCE = 300


def env(server):
    """The environment in which `x:BUCKET/KEY` is a place of an S3 server with endpoint, region, key_id and secret."""
    about = {"type": "s3", "provider": "Other", "endpoint": server.endpoint, "region": server.region,
             "access_key_id": server.key_id, "secret_access_key": server.secret, "force_path_style": "true",
             "no_check_bucket": "true"}
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "RCLONE_"))}
    return {**clean, "RCLONE_CONFIG": "/dev/null", **{f"RCLONE_CONFIG_X_{k.upper()}": v for k, v in about.items()}}


def upload(server, path, bucket, key, part="16M", at_once=4):
    """Uploads a file in parts of that size, as many at once."""
    done = subprocess.run(
        ["rclone", "copyto", "--s3-upload-cutoff", part, "--s3-chunk-size", part, "--s3-upload-concurrency",
         str(at_once), str(path), f"x:{bucket}/{key}"], env=env(server), capture_output=True, text=True,
        timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
