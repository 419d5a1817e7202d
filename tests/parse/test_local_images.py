from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scraper.parse.local_images import point_to_addresses, point_to_files

URL = "https://img.example/a.png"
NAME = "0" * 32 + ".png"


def test_an_image_points_to_its_file_and_keeps_its_address_as_title() -> None:
    there = point_to_files(f"前 ![图]({URL}) 后", {URL: NAME})
    assert there == f'前 ![图](images/{NAME} "{URL}") 后'
    assert point_to_addresses(there) == f"前 ![图]({URL}) 后"


def test_other_images_and_code_stay_as_they_are() -> None:
    text = f"![x](https://img.example/b.png)\n```md\n![图]({URL})\n```\n![图]({URL})"
    there = point_to_files(text, {URL: NAME})
    assert there.count(NAME) == 1
    assert there.endswith(f'![图](images/{NAME} "{URL}")')


def test_an_address_with_brackets_comes_back() -> None:
    url = "https://img.example/a(1).png"
    assert point_to_addresses(point_to_files(f"![x](<{url}>)", {url: NAME})) == f"![x](<{url}>)"


@given(st.text(alphabet='a![]()<> `~\n"图', max_size=80))
def test_any_text_comes_back(text: str) -> None:
    text = text.replace("a", f"![图]({URL})")
    assert point_to_addresses(point_to_files(text, {URL: NAME})) == text
