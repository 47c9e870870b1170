from __future__ import annotations

import pytest

from precompute.publish.private import without_folders


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/me/photos", "photos"),
        ("/home/me/my photos/", "my photos/"),
        ("~/x/y.zip", "y.zip"),
        (r"C:\Users\me\photos", "photos"),
        (r"\\server\share\photos", "photos"),
        ("1000 images in /home/me/photos, shuffled", "1000 images in photos, shuffled"),
        ("val/n01443537/x.jpg", "val/n01443537/x.jpg"),
        ("n/a and 3/4, https://example.org/a/b", "n/a and 3/4, https://example.org/a/b"),
        ("conv1:3", "conv1:3"),
        ("x/<b>y</b> z.jpg", "x/<b>y</b> z.jpg"),
        ("--images=/home/me/photos", "--images=photos"),
        ("", ""),
    ],
)
def test_folders_of_the_machine_are_cut_off_and_all_else_is_kept(text: str, expected: str) -> None:
    assert without_folders(text) == expected
    assert without_folders({"a": [text, 1, None]}) == {"a": [expected, 1, None]}
