"""Potencies: every spelling is understood, one form is printed, nonsense is refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.potency import HIGHEST, POTENCY_MAX_LENGTH, Method, Potency, PotencyError, Scale, parse


@st.composite
def potencies(draw):
    """Any potency there is."""
    scale = draw(st.sampled_from(Scale))
    if scale == Scale.MT:
        return Potency(scale, None)
    round_numbers = st.sampled_from([1, 6, 30, 200, 1_000, 2_000, 10_000, 50_000, 100_000, 500_000, 1_000_000])
    number = draw(st.integers(1, HIGHEST[scale]) | round_numbers.filter(lambda number: number <= HIGHEST[scale]))
    method = draw(st.sampled_from(Method)) if scale == Scale.C else Method.HAHNEMANN
    return Potency(scale, number, method)


def spellings(potency):
    """Return how a potency may be written, besides its printed form."""
    number = potency.number
    match potency.scale, potency.method:
        case Scale.MT, _:
            return ["Ø", "ø", "θ", "Θ", "φ", "∅", "MT", "mt", "M.T.", "TM", "mother tincture", "Mother  Tincture"]
        case Scale.X, _:
            return [f"{number}{unit}" for unit in "XxDd"] + [f"D{number}", f"x {number}", f"{number} DH", f"{number}X."]
        case Scale.LM, _:
            return [f"{unit}{number}" for unit in ("LM", "lm ", "LM/", "Q", "q ", "Q/", "0/", "LM 0")] + [
                f"{number} LM"
            ]
        case _, Method.KORSAKOV:
            return [f"{number}{unit}" for unit in ("K", "CK", " k", " ck")] + [f"K{number}", f"CK {number}"]
    plain = [f"{number}{unit}" for unit in ("", "C", "c", " CH", "ch", " cH", "C.", " C.H.")]
    return [*plain, f"C{number}", f"CH {number}", f"{number:,}C", f"  {number}  C "]


@given(potencies())
def test_what_is_printed_is_read_back(potency):
    assert parse(str(potency)) == potency
    assert len(str(potency)) <= POTENCY_MAX_LENGTH


@given(st.data())
def test_every_spelling_is_the_same_potency(data):
    potency = data.draw(potencies())
    text = data.draw(st.sampled_from(spellings(potency)))
    assert parse(text) == potency
    assert str(parse(text)) == str(potency)


@given(potencies(), potencies())
def test_two_potencies_are_never_printed_alike(one, other):
    assert (str(one) == str(other)) == (one == other)


@given(st.text() | st.from_regex(r"\A[0-9 ]{0,12}[CHKXDMQL/.,IVX ]{0,6}[0-9]{0,12}\Z"))
def test_any_text_is_a_potency_or_refused_in_words(text):
    try:
        potency = parse(text)
    except PotencyError as refused:
        potency, message = None, str(refused.message)
    assert message if potency is None else parse(str(potency)) == potency


@given(st.sampled_from([Scale.X, Scale.C, Scale.LM]), st.integers())
def test_numbers_keep_within_their_scale(scale, number):
    if 1 <= number <= HIGHEST[scale]:
        assert Potency(scale, number).number == number
    else:
        with pytest.raises(PotencyError, match="from 1 to"):
            Potency(scale, number)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("30", "30C"),
        ("200 CH", "200C"),
        ("30 c", "30C"),
        ("1000", "1M"),
        ("1,000C", "1M"),
        ("M", "1M"),
        ("1m", "1M"),
        ("10M", "10M"),
        ("XM", "10M"),
        ("50 M", "50M"),
        ("100M", "CM"),
        ("cm", "CM"),
        ("1 CM", "CM"),
        ("500M", "DM"),
        ("MM", "MM"),
        ("1500", "1500C"),
        ("30 CK", "30K"),
        ("1MK", "1MK"),
        ("1000 K", "1MK"),
        ("D6", "6X"),
        ("12x", "12X"),
        ("LM 1", "LM1"),
        ("LM/1", "LM1"),
        ("0/1", "LM1"),
        ("Q1", "LM1"),
        ("LM VI", "LM6"),
        ("LM 06", "LM6"),
        ("q xxiv", "LM24"),
        ("３０ｃ", "30C"),
        ("θ", "Ø"),
    ],
)
def test_one_form_is_printed(text, printed):
    assert str(parse(text)) == printed


@pytest.mark.parametrize("text", ["Q", "q", " Q. "])
def test_a_bare_q_is_refused_with_both_readings(text):
    with pytest.raises(PotencyError) as refused:
        parse(text)
    assert "mother tincture" in str(refused.value.message)
    assert "LM1" in str(refused.value.message)


def test_a_bare_lm_is_refused_with_both_readings():
    with pytest.raises(PotencyError, match="50M"):
        parse("LM")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "C",
            "0",
            "0C",
            "-30C",
            "30.5C",
            "1.5M",
            "10.000",
            "1,00C",
            "C30C",
            "30Z",
            "2CM",
            "0/0",
            "LM121",
            "1001X",
        ),
        *("1000001", "LMK", "Q IIII", "30C 200C", "٣٠C", "9" * 400, "a" * 31, "30\0C", "½C", "XC", "XM.5"),
    ],
)
def test_nonsense_is_refused(text):
    with pytest.raises(PotencyError):
        parse(text)


@pytest.mark.parametrize(
    ("scale", "number", "method"),
    [
        (Scale.MT, 1, Method.HAHNEMANN),
        (Scale.MT, None, Method.KORSAKOV),
        (Scale.X, 6, Method.KORSAKOV),
        (Scale.C, None, Method.HAHNEMANN),
    ],
)
def test_there_is_no_such_potency(scale, number, method):
    with pytest.raises(PotencyError):
        Potency(scale, number, method)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("30", "centesimal"),
        ("1M", "centesimal, 1,000C"),
        ("30K", "centesimal, Korsakov"),
        ("6X", "decimal"),
        ("Ø", "mother tincture"),
    ],
)
def test_a_potency_in_words(text, words):
    assert parse(text).in_words == words
