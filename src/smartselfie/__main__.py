"""`python -m smartselfie`."""

import sys

from smartselfie.cli.main import main

sys.exit(main())
