rule counts
{
    strings:
        $a = "ab"
        $b = "cd"
    condition:
        #a == 3 and #b in (0..20) > 1 and !a[1] == 2 and @a[2] < @b[1]
}
// scan: "ab ab ab cd cd"
// expect: counts
