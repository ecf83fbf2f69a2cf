"""Opening the phone of a person: Telegram's or Zalo's, by the channel the person is on."""

from simulator.errors import ControlError
from simulator.people import Phone
from simulator.state import Simulator
from simulator.zalo.phone import ZaloPhone


def open_phone(simulator: Simulator, user_id: int, bot: int | str | None = None) -> Phone:
    """Return the phone of a person, who is made when unknown, on the bot's channel.

    Without `bot` it is open at the bot that the person has started, else at the first one of the person's channel.
    Raises ControlError when there is no such bot.
    """
    if user_id < 1:
        raise ControlError("A user is a whole number above zero.")
    user = simulator.users.get(user_id)
    if user is None:
        user = simulator.put_user(user_id, channel=simulator.bot_for(bot).channel)
    kind = ZaloPhone if user.channel == "zalo" else Phone
    return kind(simulator, user, simulator.bot_of(user, bot))
