#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every encapsulation, with both kinds of packets inside and in both directions:
# the bytes on the wire, and what is taken out of a tunnel and what is not.
#
# Every packet that is made by hand has a UDP destination port of its own, by which
# it is found in the captures, and 64 bytes of payload.

# shellcheck disable=SC2034
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

PAYLOAD=$(printf '66%.0s' {1..64})

# ---- what is on the wire ------------------------------------------------

# read_wire FILE ARRAY: its packets from their IP header on, in hexadecimal
# digits, by the UDP port that they are for inside, the last one winning; and what
# tshark says of the outer header, by "PORT FIELD"
FIELDS=(ip.src ip.dst ip.proto ip.ttl ip.dsfield.dscp ip.dsfield.ecn ip.flags.df ip.len ip.id
	ip.checksum.status udp.srcport udp.dstport udp.length udp.checksum udp.checksum.status
	gre.flags_and_version gre.proto gre.key ipv6.src ipv6.dst ipv6.nxt ipv6.hlim
	ipv6.tclass.dscp ipv6.tclass.ecn ipv6.flow ipv6.plen ipv6.opt.tel)
read_wire() {
	local -n wire=$2
	local line port=() n=0 i row
	local end=$((${#PAYLOAD} + 16))

	while read -r line; do
		((++n))
		[[ $line == *"$PAYLOAD" ]] || continue
		port[n]=$((16#${line: -end + 4:4}))
		wire[${port[n]}]=$line
	done < <(hex "$1" "not arp")
	while IFS='|' read -r -a row; do
		[[ ${port[row[0]]-} ]] || continue
		for i in "${!FIELDS[@]}"; do
			wire["${port[row[0]]} ${FIELDS[i]}"]=${row[i + 1]-}
		done
	done < <(tshark -n -r "$1" -Y "not arp" -d udp.port==5437,ip -o ip.check_checksum:TRUE \
		-o udp.check_checksum:TRUE -T fields -e frame.number "${FIELDS[@]/#/-e}" \
		2>/dev/null | tr '\t' '|')
}

# around PORT: what is in front of the inner packet
declare -A WIRE=() CAME=()
around() {
	echo "${WIRE[$1]:0:${#WIRE[$1]} - ${#CAME[$1]}}"
}

# hopped HEX: a packet after one more hop
hopped() {
	local sum

	if [[ $1 == 6* ]]; then
		printf '%s%02x%s' "${1:0:14}" $((16#${1:14:2} - 1)) "${1:16}"
	else
		sum=$((16#${1:20:4} + 0x100))
		printf '%s%02x%s%04x%s' "${1:0:16}" $((16#${1:16:2} - 1)) "${1:18:2}" \
			$(((sum & 0xffff) + (sum >> 16))) "${1:24}"
	fi
}

# inside PORT: the inner packet on the wire is the one that came, after a hop
inside() {
	[[ ${WIRE[$1]-} ]] || return
	[[ $(hopped "${CAME[$1]}") == "${WIRE[$1]: -${#CAME[$1]}}" ]] ||
		! echo "came ${CAME[$1]} went ${WIRE[$1]}"
}

# fields NAME PORT FIELD=WANTED...: the outer values, which are the first ones
fields() {
	local name=$1 port=$2 got=() pair value

	shift 2
	for pair; do
		value=${WIRE["$port ${pair%%=*}"]-}
		got+=("${pair%%=*}=${value%%,*}")
	done
	is "$name" "${got[*]}" "$*"
}

# ---- into the tunnels ---------------------------------------------------

send_rows() {
	local i

	for i in "${!ROWS[@]}"; do
		((++i))
		inject "$CN" "$(to_node $i 6 $((24060 + i)))"
		inject "$CN" "$(to_node $i 4 $((24040 + i)))"
	done
}

# carrier N FAMILY LENGTH: the bytes between the outer and the inner IP header
carrier() {
	local proto=86dd number=29 key='' flags=0000 udp

	[[ $2 == 4 ]] && proto=0800 number=04
	row "$1"
	[[ $KEY == - ]] || printf -v key %08x "$KEY"
	[[ $key ]] && flags=2000
	case $NAME in
	gre*) echo "$flags$proto$key" ;;
	udp4) printf '%04x%04x%04x0000' 5437 5437 $((8 + $3)) ;;
	tlv4) printf '%04x%04x%04x000000%s%04x' $TLV_SPORT $TLV_DPORT $((12 + $3)) $number "$3" ;;
	tlv4-key) printf '%04x%04x%04x0000002f%04x%s%s%s' $TLV_SPORT $TLV_DPORT \
		$((20 + $3)) $((8 + $3)) $flags $proto "$key" ;;
	esac
}

check_row() {
	local port=$((24000 + $2 * 10 + $1)) length=92 number got

	[[ $2 == 6 ]] && length=112 number=41 || number=4
	row "$1"
	case $NAME in
	gre*) number=47 ;;
	udp* | tlv*) number=17 ;;
	esac
	if [[ $FAMILY == 6 ]]; then
		fields "$NAME: the header around IPv$2" $port ipv6.src=$OUT_ADDR ipv6.dst=$END_ADDR \
			ipv6.nxt=$number ipv6.hlim=64 ipv6.tclass.dscp=0 ipv6.tclass.ecn=0 \
			ipv6.flow=0x000000 ipv6.plen=$((length + OVERHEAD - 40))
		got=$(around $port)
		is "$NAME: what is between it and IPv$2" "${got:80}" "$(carrier "$1" "$2" $length)"
	else
		fields "$NAME: the header around IPv$2" $port ip.src=$OUT_ADDR4 ip.dst=$END_ADDR4 \
			ip.proto=$number ip.ttl=64 ip.dsfield.dscp=0 ip.dsfield.ecn=0 \
			ip.flags.df=1 ip.len=$((length + OVERHEAD)) ip.checksum.status=1
		got=$(around $port)
		is "$NAME: what is between it and IPv$2" "${got:40}" "$(carrier "$1" "$2" $length)"
	fi
	check "$NAME: IPv$2 inside is unchanged but for the hop" inside $port
}

check_rows() {
	local i

	for i in "${!ROWS[@]}"; do
		check_row $((i + 1)) 6
		check_row $((i + 1)) 4
	done
}

# Each of these is a setting of all tunnels, or of those that it is for.
send_settings() {
	local i ecn

	for i in 1 2; do
		for ecn in 0 1 2 3; do
			inject "$CN" "$(to_node $i 6 $((24100 + i * 10 + ecn)) "tc=0xb8|$ecn")"
			inject "$CN" "$(to_node $i 4 $((24130 + i * 10 + ecn)) "tos=0xb8|$ecn")"
		done
	done
	inject "$CN" "$(to_node 1 6 24201 fl=0x12345)"
	settle
	par tunnel change id 1 flowlabel inherit ttl 9 dscp 10
	par tunnel change id 2 ttl 9 dscp 10 fragment on
	par tunnel change id 5 udp-csum on
	par tunnel change id 6 udp-csum on
	in_ns "$PAR" nft -f - <<-END || bail "nft refused the rules"
		table inet marks {
			chain output {
				type filter hook output priority filter
				udp dport 5437 meta mark 0x77 counter
			}
		}
	END
	inject "$CN" "$(to_node 1 6 24211 "fl=0x12345,tc=0xb9")"
	inject "$CN" "$(to_node 1 4 24212 tos=0xba)"
	inject "$CN" "$(to_node 2 6 24213 tc=0xb9)"
	inject "$CN" "$(to_node 2 4 24214 "tos=0xb9,flags='DF'")"
	inject "$CN" "$(to_node 7 6 24215)"
	inject "$CN" "$(to_node 7 4 24216)"
	inject "$CN" "$(to_node 8 4 24217)"
	inject "$CN" "$(to_node 9 6 24218)"
	settle
	is "a tunnel without a mark does not mark" "$(marked)" 0
	par tunnel change id 1 flowlabel 0xabcde ttl route dscp inherit encaplimit 4
	par tunnel change id 3 flowlabel hash encaplimit 7
	par tunnel change id 5 mark 0x77 sport 7001 dport 7002
	par tunnel change id 5 sport 5437 dport 5437
	inject "$CN" "$(to_node 1 6 24221 "fl=0x12345,tc=0xb9")"
	inject "$CN" "$(to_node 1 4 24222 tos=0xba)"
	inject "$CN" "$(to_node 3 6 24223)"
	inject "$CN" "$(to_node 3 6 24224)"
	inject "$CN" "$(to_node 3 6 24224)"
	inject "$CN" "$(to_node 3 4 24225)"
	inject "$CN" "$(to_node 4 4 24226)"
	inject "$CN" "$(to_node 7 4 24227)"
	# Tunnel packets themselves, which allow so many around them.
	inject "$CN" "$(to_node 1 6 24228 nh=60 "Raw(bytes.fromhex('1100040103010100'))")"
	inject "$CN" "$(to_node 1 6 24229 nh=60 "Raw(bytes.fromhex('1100040100010100'))")"
	settle
	is "one with a mark does" "$(marked)" 1
	par tunnel change id 1 flowlabel 0 encaplimit none
	par tunnel change id 3 flowlabel 0 encaplimit none
	par tunnel change id 5 udp-csum off mark 0
	par tunnel change id 6 udp-csum off
	par tunnel change id 2 ttl route dscp inherit fragment off
	in_ns "$PAR" nft delete table inet marks
}

marked() {
	in_ns "$PAR" nft -j list chain inet marks output | jq '[.. | .counter? // empty | .packets] | add'
}

check_settings() {
	local ecn

	for ecn in 0 1 2 3; do
		fields "DSCP and ECN $ecn of IPv6 show in IPv6" 2411$ecn ipv6.tclass.dscp=46 ipv6.tclass.ecn=$ecn
		fields "and in IPv4" 2412$ecn ip.dsfield.dscp=46 ip.dsfield.ecn=$ecn
		fields "those of IPv4 in IPv6" 2414$ecn ipv6.tclass.dscp=46 ipv6.tclass.ecn=$ecn
		fields "and in IPv4" 2415$ecn ip.dsfield.dscp=46 ip.dsfield.ecn=$ecn
	done
	fields "the flow label is not the inner one" 24201 ipv6.flow=0x000000
	fields "unless that is said; a hop limit and a DSCP of the tunnel's own" 24211 \
		ipv6.flow=0x012345 ipv6.hlim=9 ipv6.tclass.dscp=10 ipv6.tclass.ecn=1
	fields "IPv4 has none to inherit" 24212 ipv6.flow=0x000000 ipv6.tclass.dscp=10 ipv6.tclass.ecn=2
	fields "the same over IPv4, and nothing forbids fragments" 24213 ip.ttl=9 ip.dsfield.dscp=10 \
		ip.dsfield.ecn=1 ip.flags.df=0
	fields "also if the inner packet does" 24214 ip.ttl=9 ip.dsfield.dscp=10 ip.flags.df=0
	fields "a UDP checksum on request is right, around IPv6" 24215 udp.checksum.status=1
	fields "and around IPv4" 24216 udp.checksum.status=1
	fields "and around the TLV header" 24217 udp.checksum.status=1
	fields "and around GRE in that" 24218 udp.checksum.status=1
	fields "without the request it is 0" 24067 udp.checksum=0x0000
	fields "a flow label, and a limit of encapsulations" 24221 ipv6.flow=0x0abcde ipv6.hlim=64 \
		ipv6.tclass.dscp=46 ipv6.nxt=60 ipv6.opt.tel=4
	is "which is an option of this form" "$(around 24221 | cut -c 81-)" 2900040104010100
	fields "around IPv4 too" 24222 ipv6.flow=0x0abcde ipv6.nxt=60 ipv6.opt.tel=4
	is "and in front of GRE" "$(around 24225 | cut -c 81-)" 2f0004010701010000000800
	is "with a key" "$(around 24226 | cut -c 81-)" "2f000401070101002000080000000046"
	is "a flow label by hash is the same for all of a flow" "$(labels 24224 | uniq -c | wc -l)" 1
	check "and another one for another flow" \
		eval '[[ $(labels 24223) != "$(labels 24224 | uniq)" ]]'
	fields "a tunnel packet that allows three around it allows two after that" 24228 \
		ipv6.nxt=60 ipv6.opt.tel=2
	is "and one that allows none is not sent" "${WIRE[24229]-}" ""
}

# labels PORT: the flow labels around those packets
labels() {
	dissect "$LIB_TMP/wire.pcap" "udp.dstport == $1" ipv6.flow | cut -d, -f1
}

# ---- out of the tunnels -------------------------------------------------

send_back() {
	local i family

	for i in "${!ROWS[@]}"; do
		((++i))
		for family in 6 4; do
			inject "$CORE" "$(tunnelled $i $family $((24300 + family * 10 + i)))"
		done
	done
	settle
}

check_back() {
	local i

	for i in "${!ROWS[@]}"; do
		row $((++i))
		is "$NAME: IPv6 comes out as it was put in, after a hop" \
			"${BACK[$((24360 + i))]-}" "$(hopped "$(sent_back $((24360 + i)))")"
		is "$NAME: so does IPv4" \
			"${BACK[$((24340 + i))]-}" "$(hopped "$(sent_back $((24340 + i)))")"
	done
}

# sent_back PORT: the inner packet that was sent to the PAR
sent_back() {
	local line=${SENT[$1]-} length=92

	(($1 / 10 % 10 == 6)) && length=112
	echo "${line: -$((2 * length))}"
}

# RFC 6040 section 4.2, with what Linux does of what it allows
ECN_OUT=([0]="0 0 0 -" [1]="1 1 1 3" [2]="2 1 2 3" [3]="3 3 3 3")

send_ecn() {
	local row family inner outer port words fields

	for row in 1 2; do
		for family in 6 4; do
			words=
			for inner in 0 1 2 3; do
				for outer in 0 1 2 3; do
					port=$((25000 + row * 200 + family * 20 + inner * 4 + outer))
					fields="tc=$((0xb8 | inner))"
					[[ $family == 4 ]] && fields="tos=$((0xb8 | inner))"
					if [[ $row == 1 ]]; then
						words+="$(tunnelled 1 $family $port "$fields" "tc=$outer"),"
					else
						words+="$(tunnelled 2 $family $port "$fields" "tos=$outer"),"
					fi
				done
			done
			inject "$CORE" "[$words]"
		done
	done
	settle
}

check_ecn() {
	local row family inner outer port got want
	local name=([1]=IPv6 [2]=IPv4)

	for row in 1 2; do
		for family in 6 4; do
			for inner in 0 1 2 3; do
				got=() want=()
				for outer in 0 1 2 3; do
					port=$((25000 + row * 200 + family * 20 + inner * 4 + outer))
					got+=("$(ecn_of "${BACK[$port]-}")")
				done
				is "IPv$family with ECN $inner in ${name[row]} with 0 to 3" "${got[*]}" \
					"${ECN_OUT[inner]}"
			done
		done
	done
	is "what cannot show congestion is counted" "$(counter "$PAR" dropped.ecn)" 4
}

ecn_of() { # ecn_of HEX: of an IP header with DSCP 46
	case $1 in
	6*) [[ ${1:1:1} == b && ${1:2:1} =~ [89ab] ]] && echo $((16#${1:2:1} & 3)) || echo "?$1" ;;
	4*) echo $((16#${1:2:2} ^ 0xb8)) ;;
	*) echo - ;;
	esac
}

# outcomes ARRAY: how many packets were taken out of tunnels, and how many dropped,
# by reason; and those that sockets have got
outcomes() {
	local -n array=$1

	counters "$PAR" || bail "no counters"
	read -r -a DROPS <<<"${COUNT[drops]}"
	array=([decap]=${COUNT[decap]} [socket]=$(received_by_socket))
	set -- "${DROPS[@]}"
	while (($#)); do
		array[$1]=$2
		shift 2
	done
}

# received_by_socket: datagrams, by the PAR's own count
received_by_socket() {
	in_ns "$PAR" awk '/^Udp: [0-9]/ { print $2 }' /proc/net/snmp
}

# differ: what there is more of now
declare -A BEFORE=() NOW=()
differ() {
	local what

	MORE=
	outcomes NOW
	for what in "${!NOW[@]}"; do
		((NOW[$what] == ${BEFORE[$what]:-0})) ||
			MORE+="${MORE:+ }$what $((NOW[$what] - ${BEFORE[$what]:-0}))"
	done
	[[ $MORE ]]
}

# becomes NAME OUTCOME WORDS: of a packet from the far end, "decap", "socket", or
# why it is dropped
becomes() {
	inject "$CORE" "$3"
	busywait "$WAIT_MS" differ
	is "$1" "$MORE" "$2 1"
	for what in "${!NOW[@]}"; do
		BEFORE[$what]=${NOW[$what]}
	done
}

# gre FAMILY FIELDS WORDS
gre() {
	if [[ $1 == 6 ]]; then
		echo "$(outer6 nh=47)/GRE($2)/$3"
	else
		echo "$(outer4 proto=47)/GRE($2)/$3"
	fi
}

test_gre() {
	local f inner proto key

	outcomes BEFORE
	for f in 6 4; do
		inner=$(from_node $((f == 6 ? 4 : 6)) 6 24401)
		proto="proto=0x86dd"
		key="key_present=1,key=$((f == 6 ? 1070 : 1071))"
		becomes "gre$f: a sequence number is tolerated" decap \
			"$(gre $f "$proto,$key,seqnum_present=1,seqence_number=9" "$inner")"
		becomes "gre$f: a right checksum too" decap \
			"$(gre $f "$proto,$key,chksum_present=1" "$inner")"
		becomes "gre$f: with a sequence number" decap \
			"$(gre $f "$proto,$key,chksum_present=1,seqnum_present=1,seqence_number=1" "$inner")"
		becomes "gre$f: a wrong checksum is a reason to drop" checksum \
			"$(gre $f "$proto,$key,chksum_present=1,chksum=0x1234" "$inner")"
		becomes "gre$f: so is another version" malformed \
			"$(gre $f "$proto,$key,version=1" "$inner")"
		becomes "gre$f: and routing" malformed \
			"$(gre $f "$proto,$key,routing_present=1" "$inner")"
		becomes "gre$f: and another protocol" malformed \
			"$(gre $f "proto=0x6558,$key" "$inner")"
		becomes "gre$f: and a header that goes on behind the end" malformed \
			"$(gre $f "$proto" "" | sed 's,GRE(.*,Raw(bytes.fromhex("200086dd0000")),')"
		becomes "gre$f: without its key a packet is not accepted" not-accepted \
			"$(gre $f "$proto" "$inner")"
		becomes "gre$f: nor with another one" not-accepted \
			"$(gre $f "$proto,key_present=1,key=1" "$inner")"
		becomes "gre$f: nor with a key where there should be none" not-accepted \
			"$(gre $f "$proto,$key" "$(from_node $((f == 6 ? 3 : 5)) 6 24402)")"
		becomes "gre$f: what has the protocol of IPv4 and is not is malformed" malformed \
			"$(gre $f "proto=0x0800,$key" "$inner")"
	done
}

test_ip() {
	local f inner stranger

	outcomes BEFORE
	for f in 6 4; do
		inner=$(from_node $((f == 6 ? 1 : 2)) 6 24701)
		stranger="IPv6(src='2001:db8:9::9',dst='$CN_ADDR')/UDP(sport=9,dport=9)"
		becomes "ip$f: from nobody's address a packet is not accepted" not-accepted \
			"$(outer$f "$(number $f 41)")/$stranger"
		becomes "ip$f: nor IPv4" not-accepted \
			"$(outer$f "$(number $f 4)")/IP(src='10.9.9.9',dst='$CN_ADDR4')/UDP()"
		becomes "ip$f: IPv6 that is called IPv4 is malformed" malformed \
			"$(outer$f "$(number $f 4)")/$inner"
		becomes "ip$f: so is what is shorter than a header" malformed \
			"$(outer$f "$(number $f 41)")/Raw(bytes($inner)[:39])"
	done
	inner=$(from_node 1 6 24702)
	becomes "ip6: an encapsulation limit is taken off" decap \
		"$(outer6 nh=60)/Raw(bytes.fromhex('2900040100010100'))/$inner"
	becomes "gre6: also in front of GRE" decap "$(outer6 nh=60)/$(
		)Raw(bytes.fromhex('2f00040104010100'))/GRE(proto=0x86dd)/$(from_node 3 6 24703)"
}

number() { # number FAMILY NUMBER
	[[ $1 == 6 ]] && echo "nh=$2" || echo "proto=$2"
}

# listen PORT: so that a datagram to the PAR has a socket
LISTENING=()
listen() {
	background in_ns "$PAR" udplog recv --bind ::ffff:$OUT_ADDR4 --port "$1" --count 10 \
		--wait 60000 --log "$LIB_TMP/listen.$1" >"$LIB_TMP/ready.$1"
	LISTENING+=($!)
	wait_line "$WAIT_MS" "$LIB_TMP/ready.$1" ready || bail "udplog does not listen"
}

listen_no_more() {
	local pid

	for pid in "${LISTENING[@]}"; do
		stop "$pid"
	done
	LISTENING=()
}

test_udp() {
	local inner udp tlv

	inner=$(from_node 8 6 24501)
	udp="$(outer4)/UDP(sport=5437,dport=5437)"
	tlv="$(outer4)/UDP(sport=$TLV_DPORT,dport=$TLV_SPORT)"
	listen 5437
	listen $TLV_SPORT
	outcomes BEFORE
	becomes "tlv4: the reserved bits mean nothing" decap "$(tlv 6 "$inner" "" 0 7)"
	becomes "tlv4: a length that is too small is malformed" malformed \
		"$(tlv 6 "$inner" "" -1)"
	becomes "tlv4: one that is too large as well" malformed "$(tlv 6 "$inner" "" 1)"
	becomes "tlv4: and a next header that is no packet" malformed "$(tlv 17 "$inner")"
	becomes "tlv4: and IPv6 that is called IPv4" malformed "$(tlv 4 "$inner")"
	becomes "tlv4: a wrong UDP checksum is a reason to drop" checksum \
		"$(tlv 6 "$inner" | sed 's,UDP(,UDP(chksum=0x1234\,,')"
	becomes "udp4: so it is" checksum \
		"${udp%)},chksum=0x1234)/$(from_node 7 6 24503)"
	becomes "udp4: none is fine" decap "${udp%)},chksum=0)/$(from_node 7 6 24504)"
	becomes "udp4: a TLV header is left to the socket" socket \
		"$udp/Raw(bytes.fromhex('00290000')+b's'*60)"
	becomes "udp4: so is a packet that nobody accepts" socket \
		"$udp/IP(src='10.9.9.9',dst='$CN_ADDR4')/UDP()/Raw(b's'*60)"
	becomes "udp4: and what is no packet, but a Mobility Header" socket \
		"$udp/Raw(bytes.fromhex('3b000500')+b's'*20)"
	becomes "tlv4: IPv6 without the header is left to the socket" socket "$tlv/$inner"
	becomes "tlv4: and IPv4" socket "$tlv/$(from_node 8 4 24505)"
	listen_no_more
}

TOGETHER=8

# together ROW PORT FAMILY: as many packets in a tunnel over UDP, each of the same length,
# with ports from PORT on, and last what is for the socket
together() {
	local i words='' last

	row "$1"
	[[ $NAME == udp4 ]] && last=$(outer "$1" 6) ||
		last="$(outer4)/UDP(sport=$TLV_DPORT,dport=$TLV_SPORT)"
	for ((i = 0; i < TOGETHER; i++)); do
		words+="$(tunnelled "$1" "$3" $(($2 + i))),"
	done
	echo "Together($words$last/Raw(b'; fewer'))"
}

# come_apart NAME PORT: those and others, by any way, come out one by one
come_apart() {
	local i n family ports=() one="$LIB_TMP/one.pcap" apart="$LIB_TMP/apart.pcap"

	capture_start "$PAR" out0 "$one" -Q in "udp and src $END_ADDR4"
	capture_start "$CN" eth0 "$apart" -Q in udp
	listen 5437
	listen $TLV_SPORT
	outcomes BEFORE
	n=$2
	for i in 7 8; do
		for family in 6 4; do
			inject "$FAR" "$(together $i "$n" $family)"
			mapfile -t -O ${#ports[@]} ports < <(seq "$n" $((n + TOGETHER - 1)))
			n=$((n + TOGETHER))
		done
	done
	settle
	capture_stop "$one"
	capture_stop "$apart"
	busywait "$WAIT_MS" eval 'outcomes NOW; ((NOW[socket] >= BEFORE[socket] + 4))'
	listen_no_more
	is "$1: they come as one packet" "$(dissect "$one" ip frame.number | wc -l)" 4
	is "... and out of the tunnel as many" \
		"$((NOW[decap] - BEFORE[decap]))" $((4 * TOGETHER))
	is "... in order" "$(dissect "$apart" udp udp.dstport | xargs)" "${ports[*]}"
	is "... but for what is the socket's" "$((NOW[socket] - BEFORE[socket]))" 4
}

# What has been several datagrams on the wire, or would have been.
test_together() {
	come_apart "datagrams that the sender has put together" 25000
	in_ns "$PAR" nft -f - <<-END || bail "nft refused the rules"
		table inet minds {
			chain input {
				type filter hook input priority 0
			}
		}
	END
	come_apart "the same with a firewall" 25100
	in_ns "$PAR" nft delete table inet minds
	in_ns "$CORE" ethtool -K in0 tso off tx-udp-segmentation off &&
		in_ns "$PAR" ethtool -K out0 gro on rx-udp-gro-forwarding on ||
		bail "ethtool failed"
	come_apart "those that GRO has" 25200
	in_ns "$PAR" ethtool -K out0 rx-gro-list on || bail "ethtool failed"
	come_apart "those in its list" 25300
	in_ns "$PAR" ethtool -K out0 gro off rx-udp-gro-forwarding off rx-gro-list off
	in_ns "$CORE" ethtool -K in0 tso on tx-udp-segmentation on
}

# Nodes with the same IPv4 address, which come with keys of their own and leave
# with others.
test_overlap() {
	par tunnel add id 7 local $OUT_ADDR4 remote 203.0.113.7 encap gre4
	par tunnel add id 8 local $OUT_ADDR4 remote 203.0.113.8 encap gre4
	par binding add id 20 dst 10.7.7.7 from-tunnel 7 key 500 target tunnel 8 key 600 \
		accept tunnel 7 key 500 from dst
	par binding add id 21 dst 10.7.7.7 from-tunnel 7 key 501 target tunnel 8 key 601 \
		accept tunnel 7 key 501 from dst
	capture_start "$CORE" in0 "$LIB_TMP/overlap.pcap" -Q in "dst 203.0.113.8"
	inject "$CORE" "[$(overlapping 500 24601),$(overlapping 501 24602),$(overlapping 502 24603)]"
	settle
	capture_stop "$LIB_TMP/overlap.pcap"
	is "the same address is told apart by the key that it comes with" \
		"$(dissect "$LIB_TMP/overlap.pcap" gre gre.key udp.dstport | tr '\t\n' '  ')" \
		"0x00000258 24601 0x00000259 24602 "
	par binding del id 20
	par binding del id 21
	par tunnel del id 7
	par tunnel del id 8
}

overlapping() { # overlapping KEY PORT
	echo "IP(src='203.0.113.7',dst='$OUT_ADDR4',proto=47)/GRE(proto=0x0800,key_present=1,key=$1)/" \
		"IP(src='192.0.2.2',dst='10.7.7.7')/UDP(sport=9,dport=$2)/Raw(b'f'*64)"
}

# Each layer is for the router, and is accepted out of the one around it.
test_nesting() {
	local i packet="IPv6(src='$END_ADDR',dst='$CN_ADDR')/UDP(sport=9,dport=9)"

	for ((i = 0; i < 24; i++)); do
		packet="IPv6(src='$END_ADDR',dst='$OUT_ADDR')/$packet"
	done
	par binding add id 30 src $END_ADDR dev up0 target route accept tunnel 1 from src
	outcomes BEFORE
	inject "$CORE" "$packet"
	busywait "$WAIT_MS" differ
	check "a packet of many layers is dropped when some are off" \
		test "$(tr ' ' '\n' <<<"$MORE" | grep -A1 nesting | tail -n 1)" == 1
	par binding del id 30
}

# ---- with the kernel's own devices at the other end -----------------------

test_interoperation() {
	local i

	far_devices
	for i in 1 2 3 4 5 6; do
		row $i
		check "$NAME: the kernel's device understands it and is understood, IPv6" reaches $NODE6$i
		check "$NAME: and IPv4" reaches $NODE4$i
	done
	far_udp 4
	check "udp4: so it is with foo over UDP, IPv4" reaches ${NODE4}7
	far_udp 6
	check "udp4: and IPv6" reaches ${NODE6}7
	far_fmip
	check "tlv4-key: fmip understands itself, IPv6" reaches ${NODE6}9 -I $CN_TOO
	check "tlv4-key: and IPv4" reaches ${NODE4}9 -I $CN_TOO4
}

need ip tc fmipctl jq tcpdump tshark nft ethtool udplog
inject_start
load_module
topo_tunnel
# What is captured shall be what would be on a wire.
in_ns "$PAR" ethtool -K out0 tx off >/dev/null || bail "ethtool failed"
in_ns "$PAR" ethtool -K up0 tx off >/dev/null || bail "ethtool failed"
tunnels
bindings
capture_start "$PAR" up0 "$LIB_TMP/came.pcap" -Q in "ip or ip6"
capture_start "$CORE" in0 "$LIB_TMP/wire.pcap" -Q in "ip or ip6"
send_rows
settle
send_settings
capture_stop "$LIB_TMP/came.pcap"
capture_stop "$LIB_TMP/wire.pcap"
read_wire "$LIB_TMP/came.pcap" CAME
read_wire "$LIB_TMP/wire.pcap" WIRE
check_rows
check_settings

declare -A SENT=() BACK=()
# Errors quote a packet.
capture_start "$PAR" up0 "$LIB_TMP/back.pcap" -Q out "not icmp and not icmp6"
capture_start "$PAR" out0 "$LIB_TMP/sent.pcap" -Q in "not icmp and not icmp6"
send_back
send_ecn
capture_stop "$LIB_TMP/back.pcap"
capture_stop "$LIB_TMP/sent.pcap"
read_wire "$LIB_TMP/back.pcap" BACK
read_wire "$LIB_TMP/sent.pcap" SENT
check_back
check_ecn
test_ip
test_gre
test_udp
test_together
test_overlap
test_nesting
test_interoperation
counters "$PAR"
check "the counters add up" balanced
tap_done
