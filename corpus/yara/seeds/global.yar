global rule small
{
    condition:
        filesize < 64
}

rule start
{
    strings:
        $a = "start"
    condition:
        $a at 0
}

rule within
{
    strings:
        $a = "middle"
    condition:
        $a in (3..filesize)
}
// scan: "start, middle and end"
// expect: small start within
