"""Whether a path is below one of many folders is looked up, and comes out as if each were tried."""

from hypothesis import given
from hypothesis import strategies as st

from iflint.places.paths import is_below, is_below_any

PATHS = st.builds(
    lambda begin, parts: begin + "/".join(parts),
    st.sampled_from(["/", "C:/", "//server/share/"]),
    st.lists(st.sampled_from(["a", "b", "a!", "C:"]), max_size=4),
)


@given(path=PATHS, folders=st.frozensets(PATHS, max_size=4))
def test_a_path_is_below_one_of_many_folders_as_it_is_below_that_one(path, folders) -> None:
    assert is_below_any(path, folders) == any(is_below(path, folder) for folder in folders)
