rule described : first second
{
    meta:
        author = "nobody in particular"
        version = 3
        tested = true
        negative = -1
    condition:
        filesize < 1KB
}

private rule hidden
{
    strings:
        $a = "hidden"
    condition:
        $a
}

rule refers
{
    condition:
        hidden and described
}
// scan: "nothing hidden"
// expect: described refers
