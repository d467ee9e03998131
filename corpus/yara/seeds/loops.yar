rule over_numbers
{
    condition:
        for all i in (0..3) : ( uint8(i) == 0x41 + i )
}

rule over_matches
{
    strings:
        $x = "x="
    condition:
        for 2 i in (1..#x) : ( uint8(@x[i] + 2) > 0x30 )
}

rule over_strings
{
    strings:
        $s1 = "one"
        $s2 = "two"
        $s3 = "three"
    condition:
        for any of ($s*) : ( @ < 20 and # >= 1 )
}

rule over_enumeration
{
    condition:
        for any n in (1, 3, 5, 7) : ( n * 10 > filesize )
}
// scan: "ABCD x=1 x=2 one two three"
// expect: over_numbers over_matches over_strings over_enumeration
