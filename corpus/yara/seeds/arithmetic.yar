rule arithmetic
{
    condition:
        (uint16(0) & 0xff00) >> 8 == 0x42 and
        uint32be(0) ^ 0x41424344 == 0 and
        filesize * 2 - 8 == 8 \ 8 - 1 and
        3 % 2 == 1 and ~1 == -2 and
        1.5 + 1.5 == 3.0
}

rule undefined
{
    condition:
        not defined uint32(filesize)
}
// scan: "ABCD"
// expect: arithmetic undefined
