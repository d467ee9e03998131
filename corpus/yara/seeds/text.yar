rule text
{
    strings:
        $a = "groundstop"
    condition:
        $a
}
// scan: "keep it with groundstop on the ground"
// expect: text
