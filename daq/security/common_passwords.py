"""Passwords that are tried first, of eight characters and more, in lower case.

Compiled by hand from what is commonly known: runs of digits and of keys, doubled syllables, words of log-ins,
Chinese lucky numbers and phrases in pinyin, and the words of a laboratory.
"""

_WORDS = """
!@#$%^&* !qaz2wsx !qaz@wsx 00000000 000000000 0000000000 01234567 012345678 0123456789 0123456789a
0147258369 0987654321 10101010 11111111 111111111 1111111111 11223344 1122334455 112233445566 12121212
123123123 123321123 12341234 12344321 1234512345 123454321 1234554321 123456123456 12345678 123456789
1234567890 1234567890a 1234567891 12345678910 123456789a 123456789o 123456789q 123456789z 12345678a
12345679 1234567a 123456aa 123456abc 123456asd 123456qwe 123456qwerty 12345abc 12345qwe 12345qwert
1234abcd 1234asdf 1234qwer 123654789 123abc123 123asd123 123qwe123 123qweasd 123qweasdzxc 13141314
13145200 1314520520 1314520a 147258369 147852369 159753456 16881688 18181818 19491001 1q2w3e4r
1q2w3e4r5t 1q2w3e4r5t6y 1qaz!qaz 1qaz2wsx 1qaz2wsx3edc 1qaz@wsx 1qazxsw2 20080808 20082008 201314201314
20202020 20202021 22222222 31415926 314159265 3141592653 321321321 33333333 44444444 456456456
5201314520 52013145201314 5201314a 5201314wo 520520520 55555555 56785678 66666666 666666666 66668888
741852963 77777777 789456123 789789789 87654321 88886666 88888888 888888888 88888888a 963852741 98765432
987654321 9876543210 99999999 999999999 @dm1n123 a1234567 a12345678 a123456789 aa123456 aa12345678
aaa111222 aaa123456 aaaaaaaa aaaaaaaaa aaaaaaaaaa ab123456 abc12345 abc123456 abc1234567 abc123abc
abcd1234 abcd12345 abcd123456 abcde123 abcdef123 abcdefg1 abcdefg123 abcdefgh access14 admin!@#
admin!@#$ admin000 admin111 admin123 admin1234 admin12345 admin123456 admin2020 admin2021 admin2022
admin2023 admin2024 admin2025 admin2026 admin888 admin888888 admin@123 admin@1234 adminadmin
administrator administrator1 alexander alexandra arsenal1 asd12345 asd123456 asdasdasd asdf1234 asdfasdf
asdfghjk asdfghjkl ashley123 babygirl babygirl1 balance1 balance123 barcelona baseball
baseball1 basketball batman123 beijing123 beijing2008 benjamin bigdaddy blink182 butterfly calibrate
calibration calibration1 changeit changeme changeme1 changeme123 changethis charlie1 charlotte chelsea1
chen1234 chen123456 chengdu123 china123 china123456 china2008 chocolate chongqing chongqing1
chongqing123 christian cocacola1 computer computer1 corvette cowboys1 daniel123 danielle december
default1 default123 defaultpassword demo1234 demodemo dolphins dragon123 elizabeth february football
football1 football123 fortnite freedom1 goodluck guangzhou guest123
guest1234 happy123 happy1234 hello123 hello1234 hello12345 hello2020 hellohello helloworld hengliang
hengliang1 hengliang123 hengliang2026 huang123 huanglian huanglian1 iloveyou iloveyou1 iloveyou123
iloveyou2 iloveyou520 inspection inspector inspector1 internet internet1 isabella jennifer jessica1
jiliang123 jiliangyuan jordan23 juventus lab12345 lab123456 labor123 laborant laboratory laboratory1
letmein! letmein1 letmein123 li123456 liu123456 liverpool liverpool1 love1314 love5201314 lovelove
lovely123 loveme123 loveyou1314 manager1 manager123 manchester marlboro master123 master1234 maverick
measure1 measurement mercedes metrologist metrology metrology1 mettler1 mettlertoledo michael1 michelle
microsoft midnight midnight1 mima1234 mima123456 mimamima minecraft minecraft1 monkey123 motorola
mountain mustang1 nicholas nihao123 nihao123456 nihaonihao nintendo november operator operator1
operator123 oracle123 p@ssw0rd p@ssw0rd1 p@ssw0rd123 p@ssword p@ssword1 pa$$w0rd pa$$word packers1
pass1234 pass12345 pass123456 passpass passport passw0rd passw0rd! passw0rd1 password password!
password0 password1 password1! password12 password123 password1234 password12345 playstation pokemon1
pokemon123 princess princess1 q1234567 q12345678 q123456789 q1w2e3r4 q1w2e3r4t5 qaz12345 qaz123456
qazwsx123 qazwsxedc qq123456 qq123456789 qqqqqqqq quality1 quality123 qualitymanager qw123456 qwe12345
qwe123456 qwe123qwe qweasdzxc qweqweqwe qwer1234 qwer12345 qwerasdf qwert123 qwert12345 qwerty12
qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyui qwertyuio qwertyuiop qwertyuiop123 realmadrid
redskins root1234 root12345 root123456 rootpassword rootroot rush2112 samantha samsung1 samsung123
sartorius sartorius1 scorpion secret12 secret123 september server123 shadow123 shanghai shanghai1
shiyanshi shiyanshi1 shiyanshi123 shizhu123 snowball spiderman startrek starwars starwars1 steelers
sunshine sunshine1 superman superman1 swordfish sysadmin system123 system1234 technician technician1
temp1234 temp12345 temporary temppass test1234 test12345 test123456 tester123 testing1 testing123
testpassword testtest tianping tianping1 tianping123 toor1234 topsecret trustno1 user1234 user12345
user123456 username veronica victoria w1234567 w123456789 wang1234 wang123456 weighing welcome! welcome1
welcome1! welcome12 welcome123 welcome2020 welcome2021 welcome2022 welcome2023 welcome2024 welcome2025
welcome2026 welkom01 whatever whatever1 windows10 windows11 wo5201314 woaini123 woaini1314 woaini1314520
woaini520 woaiwojia woaiwoziji wodemima woshishui woshiwoshi wu123456 yang123456 yankees1 z1234567
z12345678 z123456789 zaq!2wsx zaq12wsx zaq1zaq1 zhang123 zhang123456 zhao123456 zhijian123 zhongguo
zhongguo1 zxc12345 zxc123456 zxcvbnm1 zxcvbnm123 zxcvbnmm zxczxczxc zzzzzzzz
"""

COMMON_PASSWORDS = frozenset(_WORDS.split())
