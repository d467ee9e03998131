rule unicode
{
    strings:
        $both = "Sensor" wide ascii
        $any = "update" nocase fullword
        $xored = "kernel" xor(1-31)
        $coded = "channel file" base64
    condition:
        2 of them
}
// scan: "S\x00e\x00n\x00s\x00o\x00r\x00 an UPDATE of "
// scan: "ynkj\x7fz"
// expect: unicode
