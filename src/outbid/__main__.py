"""`python -m outbid` is the command `outbid`."""

import sys

from outbid.cli.main import main

sys.exit(main())
