rule texts
{
    condition:
        "Groundstop" contains "stop" and
        "Groundstop" istartswith "GROUND" and
        "abc" matches /^a.c$/ and
        "one" iequals "ONE" and
        not ("a" == "b")
}

rule of_texts
{
    condition:
        for any s in ("one", "two") : ( s endswith "o" )
}
// expect: texts of_texts
