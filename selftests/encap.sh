#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every encapsulation, with both kinds of packets inside and in both directions:
# the bytes on the wire, and what is taken out of a tunnel and what is not.
#
# Each encapsulation, with a key and without, is a row of $ROWS.  The node has an
# address of each family for each row.  Every packet that is made by hand has a
# UDP destination port of its own, by which it is found in the captures, and 64
# bytes of payload.

# shellcheck disable=SC2034
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

#	name		tunnel	key out	key in	overhead
ROWS=(
	"ip6		1	-	-	40"
	"ip4		2	-	-	20"
	"gre6		3	-	-	44"
	"gre6-key	3	70	1070	48"
	"gre4		4	-	-	24"
	"gre4-key	4	71	1071	28"
	"udp4		5	-	-	28"
	"tlv4		6	-	-	32"
	"tlv4-key	6	72	1072	40"
)
TLV_SPORT=5438 TLV_DPORT=5439
PAYLOAD=$(printf '66%.0s' {1..64})

par() {
	fmipctl -n "$PAR" "$@" || bail "the PAR refused: $*"
}

# row N: reads a row into NAME TUNNEL KEY KEY_IN, with the outer FAMILY
row() {
	# shellcheck disable=SC2086
	set -- ${ROWS[$1 - 1]}
	NAME=$1 TUNNEL=$2 KEY=$3 KEY_IN=$4 OVERHEAD=$5
	[[ $NAME == *6* ]] && FAMILY=6 || FAMILY=4
}

tunnels() {
	par tunnel add id 1 local $OUT_ADDR remote $END_ADDR
	par tunnel add id 2 local $OUT_ADDR4 remote $END_ADDR4 encap ip4
	par tunnel add id 3 local $OUT_ADDR remote $END_ADDR encap gre6
	par tunnel add id 4 local $OUT_ADDR4 remote $END_ADDR4 encap gre4
	par tunnel add id 5 local $OUT_ADDR4 remote $END_ADDR4 encap udp4
	par tunnel add id 6 local $OUT_ADDR4 remote $END_ADDR4 encap tlv4 \
		sport $TLV_SPORT dport $TLV_DPORT
}

bindings() {
	local i

	for i in "${!ROWS[@]}"; do
		row $((++i))
		[[ $KEY == - ]] && KEY='' KEY_IN=''
		par binding add id "$i" dst $NODE6$i dst $NODE4$i \
			target tunnel "$TUNNEL" ${KEY:+key $KEY} \
			accept tunnel "$TUNNEL" ${KEY_IN:+key $KEY_IN} from src
	done
}

settle() {
	in_ns "$CN" ping -q -c 1 -W 5 $END_ADDR >/dev/null || bail "no answer from the far end"
	in_ns "$FAR" ping -q -c 1 -W 5 $CN_ADDR >/dev/null || bail "no answer from the CN"
}

# ---- packets made by hand -----------------------------------------------

# to_node N FAMILY PORT [FIELDS [EXTENSION-HEADERS]]: the words for a packet from
# the CN to the node
to_node() {
	local ip="IPv6(**dict(dict(src='$CN_ADDR',dst='$NODE6$1')${4:+,$4}))"

	[[ $2 == 4 ]] && ip="IP(**dict(dict(src='$CN_ADDR4',dst='$NODE4$1')${4:+,$4}))"
	echo "$ip/${5:+$5/}UDP(sport=9,dport=$3)/Raw(b'f'*64)"
}

# from_node N FAMILY PORT [FIELDS]: and from the node to the CN
from_node() {
	local ip="IPv6(**dict(dict(src='$NODE6$1',dst='$CN_ADDR')${4:+,$4}))"

	[[ $2 == 4 ]] && ip="IP(**dict(dict(src='$NODE4$1',dst='$CN_ADDR4')${4:+,$4}))"
	echo "$ip/UDP(sport=9,dport=$3)/Raw(b'f'*64)"
}

# outer6 [FIELDS], outer4 [FIELDS]: the header of a packet from the far end
outer6() {
	echo "IPv6(**dict(dict(src='$END_ADDR',dst='$OUT_ADDR')${1:+,$1}))"
}

outer4() {
	echo "IP(**dict(dict(src='$END_ADDR4',dst='$OUT_ADDR4')${1:+,$1}))"
}

# outer N FAMILY [FIELDS]: all that is around a packet of that family, as the
# other end of that row would send it
outer() {
	local number=41 proto=0x86dd gre

	[[ $2 == 4 ]] && number=4 proto=0x0800
	row "$1"
	gre="GRE(proto=$proto)"
	[[ $KEY_IN == - ]] || gre="GRE(proto=$proto,key_present=1,key=$KEY_IN)"
	case $NAME in
	ip6) outer6 "nh=$number${3:+,$3}" ;;
	ip4) outer4 "proto=$number${3:+,$3}" ;;
	gre6*) echo "$(outer6 "nh=47${3:+,$3}")/$gre" ;;
	gre4*) echo "$(outer4 "proto=47${3:+,$3}")/$gre" ;;
	udp4) echo "$(outer4 "${3-}")/UDP(sport=5437,dport=5437)" ;;
	esac
}

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
	fields "without the request it is 0" 24066 gre.key=0x00000046
	fields "a flow label, and a limit of encapsulations" 24221 ipv6.flow=0x0abcde ipv6.hlim=64 \
		ipv6.tclass.dscp=46 ipv6.nxt=60 ipv6.opt.tel=4
	is "which is an option of this form" "$(around 24221 | cut -c 81-)" 2900040104010100
	fields "around IPv4 too" 24222 ipv6.flow=0x0abcde ipv6.nxt=60 ipv6.opt.tel=4
	is "and in front of GRE" "$(around 24225 | cut -c 81-)" 2f0004010701010000000800
	is "with a key" "$(around 24226 | cut -c 81-)" "2f000401070101002000080000000046"
	is "a flow label by hash is one and the same for a flow" \
		"${WIRE["24224 ipv6.flow"]}" "${FIRST["24224 ipv6.flow"]-${WIRE["24224 ipv6.flow"]}}"
	check "and another one for another flow" \
		eval '[[ ${WIRE["24223 ipv6.flow"]} != "${WIRE["24224 ipv6.flow"]}" ]]'
	fields "a tunnel packet that allows three around it allows two after that" 24228 \
		ipv6.nxt=60 ipv6.opt.tel=2
	is "and one that allows none is not sent" "${WIRE[24229]-}" ""
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

# tunnelled N FAMILY PORT [FIELDS [OUTER-FIELDS]]: a packet from the node as the
# other end sends it
tunnelled() {
	local inner tlv=000029 gre=000086dd

	inner=$(from_node "$1" "$2" "$3" "${4-}")
	[[ $2 == 4 ]] && tlv=000004 gre=00000800
	row "$1"
	case $NAME in
	tlv4) tlv "$2" "$inner" "${5-}" ;;
	tlv4-key) tlv 47 "GRE(proto=0x${gre:4},key_present=1,key=$KEY_IN)/$inner" "${5-}" ;;
	*) echo "$(outer "$1" "$2" "${5-}")/$inner" ;;
	esac
}

# tlv FAMILY-OR-47 WORDS [OUTER-FIELDS [LENGTH-ERROR [FIRST-BYTE]]]: behind a TLV header
tlv() {
	local number=$1

	[[ $1 == 6 ]] && number=41
	echo "(lambda p: $(outer4 "${3-}")/UDP(sport=$TLV_DPORT,dport=$TLV_SPORT)/" \
		"Raw(bytes([${5:-0},$number])+(len(p)+${4:-0}).to_bytes(2,'big')+p))(bytes($2))"
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

# drops: not-accepted malformed checksum
drops() {
	fmipctl -n "$PAR" -j stats | jq -r '.dropped |
		"\(.["not-accepted"] // 0) \(.malformed // 0) \(.checksum // 0)"'
}

# refused NAME N-A MALFORMED CHECKSUM WORDS: sent, it adds so much to the drops
refused() {
	local before after

	read -r -a before <<<"$(drops)"
	inject "$CORE" "$5"
	settle
	read -r -a after <<<"$(drops)"
	is "$1" "$((after[0] - before[0])) $((after[1] - before[1])) $((after[2] - before[2]))" \
		"$2 $3 $4"
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
	local f inner inner6 key

	for f in 6 4; do
		inner=$(from_node $((f == 6 ? 4 : 6)) 6 24401)
		inner6="proto=0x86dd"
		key="key_present=1,key=$((f == 6 ? 1070 : 1071))"
		refused "gre$f: a sequence number is tolerated" 0 0 0 \
			"$(gre $f "$inner6,$key,seqnum_present=1,seqence_number=9" "$inner")"
		refused "gre$f: a right checksum too" 0 0 0 \
			"$(gre $f "$inner6,$key,chksum_present=1" "$inner")"
		refused "gre$f: with a sequence number" 0 0 0 \
			"$(gre $f "$inner6,$key,chksum_present=1,seqnum_present=1,seqence_number=1" "$inner")"
		refused "gre$f: a wrong checksum is a reason to drop" 0 0 1 \
			"$(gre $f "$inner6,$key,chksum_present=1,chksum=0x1234" "$inner")"
		refused "gre$f: so is another version" 0 1 0 "$(gre $f "$inner6,$key,version=1" "$inner")"
		refused "gre$f: and routing" 0 1 0 "$(gre $f "$inner6,$key,routing_present=1" "$inner")"
		refused "gre$f: and another protocol" 0 1 0 "$(gre $f "proto=0x6558,$key" "$inner")"
		refused "gre$f: and a header that goes on behind the end" 0 1 0 \
			"$(gre $f "$inner6,$key" "Raw(b'')" | sed 's,GRE(.*,Raw(bytes.fromhex("200086dd0000")),')"
		refused "gre$f: without its key a packet is not accepted" 1 0 0 \
			"$(gre $f "$inner6" "$inner")"
		refused "gre$f: nor with another one" 1 0 0 \
			"$(gre $f "$inner6,key_present=1,key=1" "$inner")"
		refused "gre$f: nor with a key where there should be none" 1 0 0 \
			"$(gre $f "$inner6,$key" "$(from_node $((f == 6 ? 3 : 5)) 6 24402)")"
		refused "gre$f: nor what has the protocol of IPv4 and is not" 0 1 0 \
			"$(gre $f "proto=0x0800,$key" "$inner")"
	done
}

test_udp() {
	local inner log=$LIB_TMP/signalling

	inner=$(from_node 8 6 24501)
	refused "tlv4: the reserved bits mean nothing" 0 0 0 "$(tlv 6 "$inner" "" 0 7)"
	refused "tlv4: a length that is too small is malformed" 0 1 0 "$(tlv 6 "$inner" "" -1)"
	refused "tlv4: one that is too large as well" 0 1 0 "$(tlv 6 "$inner" "" 1)"
	refused "tlv4: and a next header that is no packet" 0 1 0 "$(tlv 17 "$inner")"
	refused "tlv4: and IPv6 that is called IPv4" 0 1 0 "$(tlv 4 "$inner")"
	refused "tlv4: a wrong UDP checksum is a reason to drop" 0 0 1 \
		"$(tlv 6 "$inner" | sed 's,UDP(,UDP(chksum=0x1234\,,')"
	refused "udp4: so it is" 0 0 1 \
		"$(outer4)/UDP(sport=5437,dport=5437,chksum=0x1234)/$(from_node 7 6 24503)"
	refused "udp4: none is fine" 0 0 0 \
		"$(outer4)/UDP(sport=5437,dport=5437,chksum=0)/$(from_node 7 6 24504)"
	# What is left to a socket is no drop: these are answered by nobody.
	background in_ns "$PAR" udplog recv --bind $OUT_ADDR4 --port 5437 --count 3 --wait 60000 \
		--log "$log" >"$log.ready"
	wait_line "$WAIT_MS" "$log.ready" ready || bail "udplog does not listen"
	refused "udp4: a TLV header is left to the socket, a packet of nobody's too" 0 0 0 \
		"[$(outer4)/UDP(sport=5437,dport=5437)/Raw(bytes.fromhex('00290000')+b's'*60),
		$(outer4)/UDP(sport=5437,dport=5437)/IP(src='10.9.9.9',dst='$CN_ADDR4')/UDP()/Raw(b's'*60),
		$(outer4)/UDP(sport=5437,dport=5437)/Raw(b'hello, this is no packet of the kind')]"
	is "all of them" "$(received_by_socket)" 3
	background in_ns "$PAR" udplog recv --bind $OUT_ADDR4 --port $TLV_SPORT --count 2 --wait 60000 \
		--log "$log" >"$log.ready2"
	wait_line "$WAIT_MS" "$log.ready2" ready || bail "udplog does not listen"
	refused "tlv4: IP without the header is left to the socket, IPv6 and IPv4" 0 0 0 \
		"[$(outer4)/UDP(sport=$TLV_DPORT,dport=$TLV_SPORT)/$inner,
		$(outer4)/UDP(sport=$TLV_DPORT,dport=$TLV_SPORT)/$(from_node 8 4 24505)]"
	is "both of them" "$(($(received_by_socket)))" 5
}

# received_by_socket: datagrams, by the PAR's own count
received_by_socket() {
	in_ns "$PAR" awk '/^Udp: [0-9]/ { print $2 }' /proc/net/snmp
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
capture_start "$PAR" up0 "$LIB_TMP/back.pcap" -Q out "ip or ip6"
capture_start "$PAR" out0 "$LIB_TMP/sent.pcap" -Q in "ip or ip6"
send_back
send_ecn
capture_stop "$LIB_TMP/back.pcap"
capture_stop "$LIB_TMP/sent.pcap"
read_wire "$LIB_TMP/back.pcap" BACK
read_wire "$LIB_TMP/sent.pcap" SENT
check_back
check_ecn
test_gre
test_udp
test_overlap
counters "$PAR"
check "the counters add up" balanced
tap_done
