"""The phones page as a person uses it: one method for each thing that can be done there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, Page, expect


@dataclass(frozen=True)
class PhoneOnPage:
    """One phone among those that stand on the page."""

    box: Locator

    def hook(self, testid: str) -> Locator:
        return self.box.get_by_test_id(testid)

    @property
    def received(self) -> Locator:
        """What the bot has sent here."""
        return self.box.locator('[data-testid="message"][data-direction="out"]')

    def message(self, words: str) -> Locator:
        """The newest message from the bot that holds these words."""
        return self.received.filter(has_text=words).last

    async def reads(self, *words: str) -> None:
        """The newest message from the bot is, or is about to be, one with all these words."""
        for part in words:
            await expect(self.received.last).to_contain_text(part)

    async def starts(self) -> None:
        await self.hook("start").click()

    async def says(self, text: str) -> None:
        await self.hook("composer").fill(text)
        await self.hook("composer").press("Enter")

    async def presses(self, label: str) -> None:
        """An entry of the menu that stays under the chat."""
        await self.hook("key").filter(has_text=label).click()

    async def picks(self, label: str) -> None:
        """The newest button with this label; on Zalo the number before it, typed."""
        if await self.box.get_attribute("data-channel") == "zalo":
            await self.says(await self._number(label))
        else:
            await self.hook("choice").filter(has_text=label).last.click()

    async def _number(self, label: str) -> str:
        await expect(self.received.last).to_contain_text(label)
        found = re.search(rf"^(\d+)\. {re.escape(label)}$", await self.received.last.inner_text(), re.MULTILINE)
        assert found, label
        return found[1]

    async def sends(self, file: Path) -> None:
        """By the paperclip, as a person does."""
        async with self.box.page.expect_file_chooser() as asked:
            await self.hook("attach").click()
        await (await asked.value).set_files(file)


@dataclass(frozen=True)
class PhonesPage:
    """The page in a browser's window."""

    page: Page
    url: str

    async def opens(self, users: Sequence[int]) -> list[PhoneOnPage]:
        """Show the phones of these people, in this order."""
        await self.page.goto("about:blank")  # a page that is there already does not look at its address again
        await self.page.goto(f"{self.url}/#{','.join(map(str, users))}")
        return [PhoneOnPage(self.page.locator(f'[data-testid="phone"][data-user="{user}"]')) for user in users]

    async def moves_clock(self, local: str) -> None:
        """Move the clock, given as "2026-11-26T18:45", and wait until the bot has done all it does on the way."""
        await self.page.get_by_test_id("time").locator("summary").click()
        await self.page.get_by_test_id("clock-at").fill(local)
        await self.page.get_by_test_id("clock-go").click()
        await expect(self.page.get_by_test_id("clock-go")).to_be_enabled()
        await self.page.get_by_test_id("time").locator("summary").click()
