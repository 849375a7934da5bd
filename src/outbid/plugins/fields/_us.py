"""Public facts of the United States: states, area codes (NANPA), ZIP codes (USPS), as tables that code reads.

Area codes stand as the numbering plan had them in 2026, with those announced and soon in service. A code that is
missing here is still a valid code: it only has no state yet.
"""

_NAMES = """
AL Alabama
AK Alaska
AZ Arizona
AR Arkansas
CA California
CO Colorado
CT Connecticut
DE Delaware
DC District of Columbia
FL Florida
GA Georgia
HI Hawaii
ID Idaho
IL Illinois
IN Indiana
IA Iowa
KS Kansas
KY Kentucky
LA Louisiana
ME Maine
MD Maryland
MA Massachusetts
MI Michigan
MN Minnesota
MS Mississippi
MO Missouri
MT Montana
NE Nebraska
NV Nevada
NH New Hampshire
NJ New Jersey
NM New Mexico
NY New York
NC North Carolina
ND North Dakota
OH Ohio
OK Oklahoma
OR Oregon
PA Pennsylvania
RI Rhode Island
SC South Carolina
SD South Dakota
TN Tennessee
TX Texas
UT Utah
VT Vermont
VA Virginia
WA Washington
WV West Virginia
WI Wisconsin
WY Wyoming
AS American Samoa
GU Guam
MP Northern Mariana Islands
PR Puerto Rico
VI Virgin Islands
FM Federated States of Micronesia
MH Marshall Islands
PW Palau
AA Armed Forces Americas
AE Armed Forces Europe
AP Armed Forces Pacific
"""

# What people write; the plugin takes stops and commas away before it looks here.
_CUSTOMARY = """
AA Armed Forces America
AL Ala
AR Ark
AZ Ariz
CA Cal | Calif
CO Colo
CT Conn
DC Washington DC
DE Del
FL Fla
IL Ill
IN Ind
KS Kan | Kans
MA Mass
MI Mich
MN Minn
MS Miss
MT Mont
NC N Car
ND N Dak
NE Neb | Nebr
NM N Mex
NV Nev
OK Okla
OR Ore | Oreg
PA Penn | Penna
SC S Car
SD S Dak
TN Tenn
TX Tex
VI US Virgin Islands
WA Wash
WI Wis | Wisc
WV W Va
WY Wyo
"""

_AREA_CODES = """
AK 907
AL 205 251 256 334 659 938
AR 327 479 501 870
AS 684
AZ 480 520 602 623 928
CA 209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628
CA 650 657 661 669 707 714 738 747 760 805 818 820 831 837 840 858 909 916 925 949
CA 951
CO 303 719 720 748 970 983
CT 203 475 860 959
DC 202 771
DE 302
FL 239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954
GA 229 404 470 478 678 706 762 770 912 943
GU 671
HI 808
IA 319 515 563 641 712
ID 208 986
IL 217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872
IN 219 260 317 463 574 765 812 930
KS 316 620 785 913
KY 270 364 502 606 859
LA 225 318 337 457 504 985
MA 339 351 413 508 617 774 781 857 978
MD 227 240 301 410 443 667
ME 207
MI 231 248 269 313 517 586 616 679 734 810 906 947 989
MN 218 320 507 612 651 763 924 952
MO 235 314 417 557 573 636 660 816 975
MP 670
MS 228 471 601 662 769
MT 406
NC 252 336 472 704 743 828 910 919 980 984
ND 701
NE 308 402 531
NH 603
NJ 201 551 609 640 732 848 856 862 908 973
NM 505 575
NV 702 725 775
NY 212 315 329 332 347 363 465 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934
OH 216 220 234 283 326 330 380 419 436 440 513 567 614 740 937
OK 405 539 572 580 918
OR 458 503 541 971
PA 215 223 267 272 412 445 484 570 582 610 717 724 814 835 878
PR 787 939
RI 401
SC 803 821 839 843 854 864
SD 605
TN 423 615 629 729 731 865 901 931
TX 210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830
TX 832 903 915 936 940 945 956 972 979
UT 385 435 801
VA 276 434 540 571 686 703 757 804 826 948
VI 340
VT 802
WA 206 253 360 425 509 564
WI 262 274 353 414 534 608 715 920
WV 304 681
WY 307
"""

# The other countries and territories that share the plan and its +1.
_AREA_CODES_ABROAD = """
CA 204 226 236 249 250 257 263 273 289 306 343 354 365 367 368 382 403 416 418 428
CA 431 437 438 450 468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683
CA 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942
AG 268
AI 264
BB 246
BM 441
BS 242
DM 767
DO 809 829 849
GD 473
JM 658 876
KN 869
KY 345
LC 758
MS 664
SX 721
TC 649
TT 868
VC 784
VG 284
"""

# First three digits; prefixes that no post office uses are left out.
_ZIP_PREFIXES = """
AA 340
AE 090-099
AK 995-999
AL 350-352 354-369
AP 962-966
AR 716-729
AZ 850-853 855-857 859-860 863-865
CA 900-908 910-928 930-961
CO 800-816
CT 060-069
DC 200 202-205 569
DE 197-199
FL 320-339 341-342 344 346-347 349
GA 300-319 398-399
GU 969
HI 967-968
IA 500-516 520-528
ID 832-838
IL 600-620 622-629
IN 460-479
KS 660-662 664-679
KY 400-418 420-427
LA 700-701 703-708 710-714
MA 010-027 055
MD 206-212 214-219
ME 039-049
MI 480-499
MN 550-551 553-567
MO 630-631 633-641 644-658
MS 386-397
MT 590-599
NC 270-289
ND 580-588
NE 680-681 683-693
NH 030-038
NJ 070-089
NM 870-871 873-884
NV 889-891 893-895 897-898
NY 005 100-149
OH 430-459
OK 730-731 734-741 743-749
OR 970-979
PA 150-196
PR 006-007 009
RI 028-029
SC 290-299
SD 570-577
TN 370-385
TX 733 750-770 772-799 885
UT 840-847
VA 201 220-246
VI 008
VT 050-054 056-059
WA 980-986 988-994
WI 530-532 534-535 537-549
WV 247-268
WY 820-831
"""

# Whole codes whose prefix belongs mostly to another state.
_ZIP_EXCEPTIONS = """
AS 96799
FM 96941-96944
MD 20588
MH 96960 96970
MP 96950-96952
NY 06390
PW 96939-96940
TX 73960
VA 20598
WY 83414
"""


def _table(text: str) -> dict[str, str]:
    """Read lines of a state and its codes or ranges of codes; the same state may have several lines."""
    table: dict[str, str] = {}
    for line in text.split("\n")[1:-1]:
        state, *codes = line.split()
        for code in codes:
            first, _, last = code.partition("-")
            for number in range(int(first), int(last or first) + 1):
                table[f"{number:0{len(first)}}"] = state
    return table


def _names() -> dict[str, str]:
    """Return each code and each name in capitals, and each name as it is usually written, with its code."""
    table: dict[str, str] = {}
    for line in (_NAMES + _CUSTOMARY).split("\n"):
        code, _, names = line.partition(" ")
        for name in (code, *names.split(" | ")) if code else ():
            table[name] = table[name.upper()] = code
    return table


STATE_BY_NAME: dict[str, str] = _names()
STATE_BY_AREA_CODE: dict[str, str] = _table(_AREA_CODES)
COUNTRY_BY_AREA_CODE: dict[str, str] = _table(_AREA_CODES_ABROAD)
STATE_BY_ZIP3: dict[str, str] = _table(_ZIP_PREFIXES)
STATE_BY_ZIP: dict[str, str] = _table(_ZIP_EXCEPTIONS)
