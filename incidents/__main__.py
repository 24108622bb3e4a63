"""`python -m incidents`: the command line."""

from incidents.cli import main

main()
