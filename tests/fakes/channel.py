"""Pages of a public Telegram channel, in the shape of the markup that its web preview has."""

from __future__ import annotations

import html


def post(
    number: int,
    text: str = "",
    *,
    channel: str = "nahr_news",
    at: str = "2024-05-04T09:00:00+00:00",
    before: str = "",
    after: str = "",
    mark: str = "",
    service: bool = False,
) -> str:
    """Write one post; `text` is markup, `before` and `after` stand around it in the bubble."""
    own = (
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        if text
        else ""
    )
    kind = " service_message" if service else ""
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message{kind} text_not_supported_wrap js-widget_message" '
        f'data-post="{channel}/{number}" data-view="eyJjIjoxfQ">'
        '<div class="tgme_widget_message_user"><a href="https://t.me/nahr_news">'
        '<i class="tgme_widget_message_user_photo bgcolor2" data-content="ن"></i></a></div>'
        '<div class="tgme_widget_message_bubble">'
        '<div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name"'
        ' href="https://t.me/nahr_news"><span dir="auto">قناة النهر</span></a></div>'
        f"{before}{own}{after}"
        '<div class="tgme_widget_message_footer compact js-message_footer">'
        '<div class="tgme_widget_message_info short js-message_info">'
        '<span class="tgme_widget_message_views">1.2K</span><span class="copyonly"> views</span>'
        f'<span class="tgme_widget_message_meta">{mark}<a class="tgme_widget_message_date" '
        f'href="https://t.me/{channel}/{number}"><time datetime="{at}" class="time">09:00</time></a>'
        "</span></div></div></div></div></div>"
    )


def channel_page(*posts: str, older: int = 0, title: str = "قناة النهر") -> str:
    """Write the page; `older` is the number before which more posts are offered."""
    more = (
        '<div class="tgme_widget_message_centered js-messages_more_wrap">'
        f'<a href="/s/nahr_news?before={older}" class="tme_messages_more js-messages_more" '
        f'data-before="{older}"></a></div>'
        if older
        else ""
    )
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{html.escape(title)} – Telegram'
        '</title></head><body class="widget_frame_base tgme_webpreview emoji_image thin_box_shadow">'
        '<header class="tgme_header"><div class="tgme_channel_info_header">'
        f'<div class="tgme_channel_info_header_title"><span dir="auto">{html.escape(title)}</span></div>'
        '</div></header><main class="tgme_main"><section class="tgme_channel_history '
        f'js-message_history">{more}{"".join(posts)}</section></main></body></html>'
    )


NO_PREVIEW = (
    "<!DOCTYPE html><html><head><title>Telegram: Contact @nahr_news</title></head><body>"
    '<div class="tgme_page_wrap"><div class="tgme_body_wrap"><div class="tgme_page">'
    '<div class="tgme_page_title"><span dir="auto">مجموعة النهر</span></div>'
    '<div class="tgme_page_action"><a class="tgme_action_button_new" '
    'href="tg://resolve?domain=nahr_news">View in Telegram</a></div></div></div></div></body></html>'
)
