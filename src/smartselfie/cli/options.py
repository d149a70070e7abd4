"""The options that are settings: made from their declarations, with the default and the range in the help."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TypeVar

import click
from click.shell_completion import CompletionItem

from smartselfie.errors import ConfigError
from smartselfie.settings.schema import SETTINGS
from smartselfie.settings.setting import Group, Setting

F = TypeVar("F", bound=Callable[..., object])


class SettingsCommand(click.Command):
    """A command whose help lists its settings by group."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, then a section for each group of settings."""
        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                title = param.setting.about.group if isinstance(param, SettingOption) else "Options"
                sections.setdefault(title, []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


class SettingOption(click.Option):
    """An option that is a setting."""

    def __init__(self, setting: Setting, *, hidden: bool = False) -> None:
        """Its help says the default, which itself stays None: the environment or the file may say something else."""
        self.setting = setting
        flags = f"{setting.flag}/--no-{setting.flag.removeprefix('--')}" if setting.switch else setting.flag
        kind = None if setting.switch else SettingType(setting)
        super().__init__(
            [flags, setting.name],
            type=kind,
            default=None,
            metavar=setting.metavar,
            help=_help_text(setting),
            hidden=hidden,
        )


class SettingType(click.ParamType):  # type: ignore[type-arg]
    """A value of a setting; one that is not possible is wrong usage."""

    def __init__(self, setting: Setting) -> None:
        """The setting says what is possible."""
        self.name = setting.name
        self._setting = setting

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """The value as the setting's type.

        Raises:
            UsageError: it is not possible.
        """
        del param
        if value == "" and self._setting.about.unset:
            # in a file it means unset; here a variable of the shell is empty
            raise ConfigError(f"{self._setting.flag} is empty", "name one, or leave the option out")
        try:
            return self._setting.parse(value, self._setting.flag)
        except ConfigError as error:
            raise click.UsageError(str(error), ctx) from None

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The values that can be listed."""
        del ctx, param
        words = map(str, (*self._setting.choices, *(self._setting.about.named or ())))
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def names_in(*groups: Group) -> tuple[str, ...]:
    """The settings of these groups that are no argument."""
    return tuple(name for name, setting in SETTINGS.items() if setting.about.group in groups and name != "source")


def setting_options(names: Iterable[str], taken: Collection[str] = ()) -> Callable[[F], F]:
    """Add an option for each of these settings, and `--config`; those that are only `taken`, and do nothing, hidden."""
    options = [SettingOption(SETTINGS[name], hidden=name in taken) for name in names]

    def add(function: F) -> F:
        for option in reversed(options):
            # what click's own decorators do, which make no instance of ours
            function.__dict__.setdefault("__click_params__", []).append(option)
        return config_option(function)

    return add


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar="SMARTSELFIE_CONFIG",
    help="TOML file with settings.  [default: config.toml in your configuration folder]",
)


def _help_text(setting: Setting) -> str:
    range_text = f"; {setting.range_text}" if setting.range_text else ""
    return f"{setting.about.help}  [default: {setting.default_text}{range_text}]"
