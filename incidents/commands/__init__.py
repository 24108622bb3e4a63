"""The commands, one module each with an attribute `command`; `incidents.cli.COMMANDS` names them."""
