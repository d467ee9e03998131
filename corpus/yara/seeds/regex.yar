rule address
{
    strings:
        $ip = /\b[0-9]{1,3}(\.[0-9]{1,3}){3}\b/
    condition:
        $ip
}

rule word
{
    strings:
        $word = /gr(ou|ea)nd[a-z]*?(stop|start)/i
    condition:
        @word[1] > 4
}

rule line
{
    strings:
        $line = /^key=.+$/s
    condition:
        $line
}
// scan: "from 192.168.0.1 GroundStop"
// expect: address word
